import { expect, test } from 'vitest'
import { readMessage } from '../../../src/hl7v2/read-message.ts'
import type { Message } from '../../../src/hl7v2/message.ts'

const HEADER = 'MSH|^~\\&|ADT1|HOSP|CW|CM|20260314083000-0500||ADT^A01^ADT_A01|C1|P|2.5.1'

function read(...segments: readonly string[]): Message {
  const result = readMessage([HEADER, ...segments].join('\r'))
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}

const pid = (line: string) => read(line).segments[1]!

test('MSH-1 is the field separator and MSH-2 the encoding characters, never split or unescaped', () => {
  const msh = read().first('MSH')!
  expect([msh.text(1), msh.text(2), msh.text(3), msh.text(9, 2), msh.text(10)]).toEqual([
    '|',
    '^~\\&',
    'ADT1',
    'A01',
    'C1',
  ])
  expect([msh.rawField(1), msh.rawField(2), msh.rawField(9)]).toEqual(['|', '^~\\&', 'ADT^A01^ADT_A01'])
  expect(msh.repetitions(2).map(repetition => repetition.text())).toEqual(['^~\\&'])
  expect(msh.text(2, 2)).toBeUndefined()
})

test('an absent or empty field gives undefined, "" gives null, anything else its text', () => {
  const segment = pid('PID|1||""|X')
  expect([segment.text(2), segment.text(3), segment.text(4), segment.text(40)]).toEqual([
    undefined,
    null,
    'X',
    undefined,
  ])
})

test('the three values hold per component and per subcomponent', () => {
  const segment = pid('PID|1||||SMITH^""^J^^A&""&C')
  expect([1, 2, 3, 4, 5, 6].map(component => segment.text(5, component))).toEqual([
    'SMITH',
    null,
    'J',
    undefined,
    'A',
    undefined,
  ])
  expect([1, 2, 3, 4].map(part => segment.text(5, 5, part))).toEqual(['A', null, 'C', undefined])
})

test('"" at a higher level deletes everything below it', () => {
  const segment = pid('PID|1||""|A^""')
  expect([segment.text(3, 4), segment.text(3, 2, 2), segment.text(4, 2, 3)]).toEqual([null, null, null])
})

test('a field that is "" gives one repetition whose text is null, an empty field none', () => {
  const segment = pid('PID|1||""||A~~""~B')
  expect(
    segment.repetitions(3).map(repetition => [repetition.raw, repetition.text(), repetition.text(2)]),
  ).toEqual([['""', null, null]])
  expect(segment.repetitions(4)).toEqual([])
  expect(segment.repetitions(5).map(repetition => repetition.text())).toEqual(['A', null, 'B'])
})

test('text without a repetition is that of the first', () => {
  const segment = pid('PID|1||A^x~B^y')
  expect([segment.text(3), segment.text(3, 2)]).toEqual(['A', 'x'])
  expect(segment.repetitions(3).map(repetition => repetition.text(2))).toEqual(['x', 'y'])
})

test('a repetition that says nothing is no first one, for a text as for the list of them', () => {
  const segment = pid('PID|~~2~3|~')
  expect([segment.text(1), segment.repetitions(1)[0]?.text()]).toEqual(['2', '2'])
  expect([segment.text(2), segment.repetitions(2)]).toEqual([undefined, []])
})

test('a field of blanks says nothing and blanks at the ends of a text are dropped, rawField keeps them', () => {
  const segment = pid('PID|1||   | A B |')
  expect([segment.text(3), segment.text(4), segment.rawField(4)]).toEqual([undefined, 'A B', ' A B '])
})

test('escapes are decoded after splitting, so that an escaped delimiter never splits', () => {
  const segment = pid('PID|1||A\\S\\B\\T\\C\\F\\D\\R\\E^2')
  expect([segment.text(3), segment.text(3, 2), segment.repetitions(3).length]).toEqual(['A^B&C|D~E', '2', 1])
})

test('segments keep their position and can be had by name', () => {
  const message = read('NK1|1', 'PID|1', 'NK1|2', 'ZBE|7')
  expect(message.all('NK1').map(segment => [segment.index, segment.text(1)])).toEqual([
    [1, '1'],
    [3, '2'],
  ])
  expect([message.first('ZBE')?.text(1), message.first('PV1'), message.all('PV1')]).toEqual([
    '7',
    undefined,
    [],
  ])
})
