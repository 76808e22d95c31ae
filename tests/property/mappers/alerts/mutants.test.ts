import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { readMessage } from '../../../../src/hl7v2/read-message.ts'
import { convertMessage } from '../../../../src/mappers/adt/convert.ts'
import { readValue } from '../../../../src/mappers/alerts/read-value.ts'
import { er7Damages } from '../../../support/adt/damages.ts'
import { settings } from '../../../support/adt/memory.ts'
import { cloudEvent, er7, notification, redox, v2Xml } from '../../../support/one-visit.ts'

/**
 * Damaged payloads of every shape: nothing throws, nothing hangs, and what is converted is valid. The seed of a run is
 * printed; CASEWIRE_SEED repeats it. In the long run every mutant is converted, in the short one some are.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const MUTANTS = isLong ? 200_000 : 20_000
const CONVERTED_EACH = isLong ? 1 : 50
const seed = Number(process.env['CASEWIRE_SEED'] ?? (isLong ? Date.now() % 2 ** 31 : 2026))

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-corpus')
if (!existsSync(folder)) throw new Error(`The public ADT corpus is missing at ${folder}: set CASEWIRE_DATA`)
const named = (under: string): readonly Buffer[] =>
  readdirSync(join(folder, under))
    .filter(name => /\.(?:hl7|json)$/.test(name))
    .map(name => readFileSync(join(folder, under, name)))

const shapes = [er7, v2Xml, cloudEvent, notification, redox].flatMap(shape =>
  (['admit', 'discharge'] as const).map(moment => Buffer.from(shape(moment))),
)
const corpus = [...named(''), ...named('other-shapes')]
/** The few of each other shape come as often as all of the corpus. */
const originals = [
  ...corpus,
  ...Array.from({ length: Math.ceil(corpus.length / shapes.length) }, () => shapes).flat(),
]

/** Numbers from 0 to below a bound, the same for a seed (mulberry32). */
function random(start: number): (below: number) => number {
  let state = start
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const pieces = [
  ...er7Damages,
  ...['}', '[', ']', '"', ':', ',', 'null', '{"data":', '"__proto__":', '"resourceType":"Encounter"'],
  ...['<', '>', '</', '/>', '<PID>', '&amp;', '&#0;', '<!--', '<![CDATA[', '<!DOCTYPE a>'],
  ...['PID.3', 'Patient/p', '#x'],
].map(text => Buffer.from(text))

function mutant(next: (below: number) => number): Buffer {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
  let bytes = pick(originals)
  for (let edits = 1 + next(6); edits > 0; edits -= 1) {
    const [at, length] = [next(bytes.length + 1), next(10) === 0 ? next(200) : next(8)]
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)]
    switch (next(8)) {
      case 0:
        bytes = before.length > 20 ? before : bytes
        break
      case 1:
        bytes = Buffer.concat([before, bytes.subarray(at, at + length), bytes.subarray(at)])
        break
      case 2:
        bytes = Buffer.concat([before, pick(originals).subarray(0, next(400)), after])
        break
      case 3:
        bytes = Buffer.concat([before, Buffer.from([next(256)]), after])
        break
      default:
        bytes = Buffer.concat([before, pick(pieces), after])
    }
  }
  return bytes
}

function faultsOf(text: string): readonly string[] {
  const resource: unknown = JSON.parse(JSON.stringify(convertMessage(text, settings)))
  return validateResource(resource)
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`)
}

test(
  `of ${MUTANTS} damaged payloads none throws and what is converted is valid`,
  { timeout: 1_800_000 },
  () => {
    process.stderr.write(`the damaged payloads of every shape: CASEWIRE_SEED=${seed}, ${MUTANTS} of them\n`)
    const next = random(seed)
    const found = new Map<string, string>()
    let [read, converted] = [0, 0]
    for (let number = 0; number < MUTANTS; number += 1) {
      const bytes = mutant(next)
      const at = `CASEWIRE_SEED=${seed}, number ${number}`
      const payload = readValue(bytes, settings)
      if (!payload.ok) continue
      for (const { text } of payload.value) {
        const message = readMessage(text)
        if (message.ok) read += 1
        if (number % CONVERTED_EACH !== 0) continue
        for (const fault of faultsOf(text)) found.set(fault, at)
        converted += 1
      }
    }
    expect([...found]).toEqual([])
    expect(read).toBeGreaterThan(MUTANTS / 4)
    expect(converted).toBeGreaterThan(MUTANTS / CONVERTED_EACH / 4)
  },
)

test('no file of the corpus throws, whatever its shape', () => {
  for (const bytes of [...corpus, ...shapes]) {
    const payload = readValue(bytes, settings)
    if (!payload.ok) throw new Error(payload.failure.message)
    for (const { text } of payload.value) expect(faultsOf(text)).toEqual([])
  }
})

/** What damaged payloads found: it stays found. */
test.each([
  ['a code of several lines', 'OBX|1|ST|1^a||x||||||A\\X0A\\ \\X0A\\B'],
  ['a decimal whose last digit is zero', 'OBX|1|NM|1^a||7.3|g|5.9-8.40'],
  ['a blank that tells like observations apart', 'OBX|1|ST|1^a| |x'],
])('%s is converted into something valid', (_what, segment) => {
  expect(faultsOf(`${er7('admit')}${segment}\r`)).toEqual([])
})
