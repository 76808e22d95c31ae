import { expect, test } from 'vitest'
import { readPayload } from '../../../src/hl7v2/payload.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

/** A whole message whose PID-5 holds these bytes, MSH-18 as given. */
const sent = (msh18: string, name: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`MSH|^~\\&|A|H|||20260314||ADT^A01|1|P|2.5||||||${msh18}\rEVN|A01\rPID|1||X1||`),
    name,
    Buffer.from('^Given\rPV1|1|I\r'),
  ])
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')

/** PID-5.1 as read, the given name and the segment after it, and what was odd. */
function read(bytes: Buffer, charset?: string) {
  const payload = readPayload(bytes, charset === undefined ? {} : { optionsOf: () => ({ charset }) })
  const [only] = payload.ok ? payload.value : []
  if (!only || only.failure) return { failure: only?.failure?.code, raw: only?.raw }
  const message = readMessage(only.text)
  if (!message.ok) return { failure: message.failure.code }
  const pid = message.value.first('PID')
  const warnings = [...only.warnings, ...message.value.warnings].map(({ code }) => code)
  return {
    name: pid?.text(5),
    given: pid?.text(5, 2),
    patientClass: message.value.first('PV1')?.text(2),
    warnings,
  }
}

const whole = (name: string, warnings: readonly string[] = []) => ({
  name,
  given: 'Given',
  patientClass: 'I',
  warnings,
})

test.each([
  ['ASCII', '4d 61 72 6b', 'Mark'],
  ['8859/1', '4d fc 6c 6c 65 72', 'Müller'],
  ['8859/2', '4e 6f 77 61 6b 20 a3 75 6b 61 73 7a', 'Nowak Łukasz'],
  ['8859/3', 'a6 65 6c f1 61', 'Ĥelña'],
  ['8859/4', 'a9 61 72 76 69 73', 'Šarvis'],
  ['8859/5', 'b8 d2 d0 dd de d2', 'Иванов'],
  ['8859/6', 'e5 cd e5 cf', 'محمد'],
  ['8859/7', 'd0 e1 f0', 'Παπ'],
  ['8859/8', 'eb e4 ef', 'כהן'],
  ['8859/9', 'd6 7a fd', 'Özı'],
  ['8859/10', 'de f3 72', 'Þór'],
  ['8859/11', 'ca c1 aa d2 c2', 'สมชาย'],
  ['8859/13', 'd0 61 72 fb 6e 61 73', 'Šarūnas'],
  ['8859/14', 'd0 79 6e', 'Ŵyn'],
  ['8859/15', 'bc 75 76 72 65', 'Œuvre'],
  ['8859/16', 'aa 74 65 66 61 6e', 'Ștefan'],
  ['UNICODE UTF-8', 'c5 81 c3 b3 64 c5 ba', 'Łódź'],
  ['UTF-8', 'e5 b1 b1 e7 94 b0', '山田'],
  ['ISO IR14', '1b 28 4a 53 61 74 6f 1b 28 42', 'Sato'],
  ['ISO IR87', '1b 24 42 3b 33 45 44 1b 28 42', '山田'],
  ['~ISO IR87', '1b 24 42 3b 33 45 44 1b 28 42', '山田'],
  ['ASCII~ISO IR87~ISO IR159', '1b 24 42 3b 33 1b 24 28 44 30 21 1b 28 42', '山丂'],
  ['GB 18030-2000', 'cd f5 d0 a1', '王小'],
  ['KS X 1001', 'b1 e8', '김'],
  ['BIG-5', 'b3 af', '陳'],
])('MSH-18 %s: the name, what follows it and what follows the segment are read', (msh18, digits, name) => {
  expect(read(sent(msh18, hex(digits)))).toEqual(whole(name))
})

test.each([
  ['little-endian with a mark', 'utf16le', '\uFEFF', false],
  ['little-endian', 'utf16le', '', false],
  ['big-endian with a mark', 'utf16le', '\uFEFF', true],
  ['big-endian', 'utf16le', '', true],
] as const)('UNICODE UTF-16 %s is read, whatever MSH-18 says', (_order, encoding, mark, isSwapped) => {
  for (const msh18 of ['UNICODE UTF-16', 'UNICODE', '', '8859/1']) {
    const bytes = Buffer.from(mark + sent(msh18, Buffer.from('Łódź 山')).toString(), encoding)
    expect(read(isSwapped ? bytes.swap16() : bytes)).toEqual(whole('Łódź 山'))
  }
})

test('nothing declared: the setting of the source, then UTF-8, then windows-1252 with a warning', () => {
  expect(read(sent('', hex('a3 75')), '8859/2')).toEqual(whole('Łu'))
  expect(read(sent('', hex('c5 81')))).toEqual(whole('Ł'))
  expect(read(sent('', hex('4d fc')))).toEqual(whole('Mü', ['charset-assumed']))
  expect(read(sent('8859/1', hex('a3 75')), '8859/2')).toEqual(whole('£u'))
})

test('what can not be read is put aside byte for byte', () => {
  for (const [msh18, digits, code] of [
    ['UNICODE UTF-8', '4d fc', 'charset-undecodable'],
    ['ASCII', 'fc', 'charset-undecodable'],
    ['8859/3', 'a5', 'charset-undecodable'],
    ['KS X 1001', 'ff', 'charset-undecodable'],
    ['CNS 11643-1992', 'fc', 'charset-unsupported'],
  ] as const) {
    const bytes = sent(msh18, hex(digits))
    expect(read(bytes)).toMatchObject({ failure: code })
    expect(read(bytes).raw?.equals(bytes.subarray(0, -1))).toBe(true)
  }
})

test("U+FFFD is somebody else's damage: taken, with a warning", () => {
  expect(read(sent('UNICODE UTF-8', hex('4d ef bf bd')))).toEqual(whole('M\uFFFD', ['replacement-character']))
})

test('character set switches inside a field stay as they were sent, with a warning', () => {
  expect(read(sent('8859/1~8859/2', Buffer.from('A\\C2842\\B\\M2442\\')))).toEqual(
    whole('A\\C2842\\B\\M2442\\', ['escape-kept']),
  )
})
