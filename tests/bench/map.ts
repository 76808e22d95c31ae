/**
 * ADT bytes -> validated FHIR resources, on the public corpus, one thread: messages per CPU-second (performance.md 1), in
 * all and by event. `npm run bench:map -- [--json] [--runs N] [--event-ms N]`. Counts only messages of mapped events; the
 * others end before the work begins. `renewed` is the same with other people, visits and messages in each pass: MSH-10,
 * PID-3 and PV1-19 are never seen before, as in a feed in which everybody is new.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readMessage } from '../../src/hl7v2/read-message.ts'
import { readPayload } from '../../src/hl7v2/payload.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { applyAdt, type Before } from '../../src/mappers/adt/apply-adt.ts'
import { provenanceFor } from '../../src/mappers/adt/resources/provenance.ts'
import { readAdtEvent } from '../../src/mappers/adt/events/read-event.ts'
import { sourceSettings } from '../../src/mappers/adt/source.ts'
import type { Derived } from '../../src/mappers/adt/resources/derived.ts'
import { corpusFiles } from '../support/adt/corpus.ts'

const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'America/New_York',
})
const nothing: Before = { said: new Map(), facts: [], get: () => undefined }
/** One run is so many CPU-milliseconds at least, so that the clock's grain and a single collection don't show. */
const RUN_CPU_MS = 1500

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    runs: { type: 'string', default: '5' },
    /** CPU-milliseconds for each event's own figure; 0 leaves them out. */
    'event-ms': { type: 'string', default: '300' },
  },
})
const runs = Math.max(5, Number(values.runs))

const inputs = corpusFiles().map(file => readFileSync(file))
const mix = new Map<string, number>()
let [messages, resources, resourceBytes, inputBytes, throws, invalid] = [0, 0, 0, 0, 0, 0]
const mapped: Buffer[] = []
const byEvent = new Map<string, Buffer[]>()
for (const bytes of inputs) {
  try {
    const made = resourcesOf(bytes)
    if (made.length === 0) continue
    mapped.push(bytes)
    messages += 1
    inputBytes += bytes.length
    resources += made.length
    resourceBytes += JSON.stringify(made).length
    invalid += made
      .flatMap(resource => validateResource(resource))
      .filter(({ severity }) => severity === 'error').length
    mix.set(eventOf(bytes), (mix.get(eventOf(bytes)) ?? 0) + 1)
    byEvent.set(eventOf(bytes), [...(byEvent.get(eventOf(bytes)) ?? []), bytes])
  } catch {
    throws += 1
  }
}

function resourcesOf(bytes: Buffer): readonly Derived[] {
  const payload = readPayload(bytes)
  if (!payload.ok) return []
  return payload.value.flatMap(({ text }) => {
    const message = readMessage(text)
    if (!message.ok) return []
    const event = readAdtEvent(message.value, settings)
    if (!event.ok || event.value.kind !== 'mapped') return []
    const { resources: made } = applyAdt(event.value, nothing)
    return [
      ...made,
      provenanceFor(
        event.value,
        made.map(({ resourceType, id }) => `${resourceType}/${id}`),
      ),
    ]
  })
}

function eventOf(bytes: Buffer): string {
  return /\bADT.(A\d\d)/.exec(bytes.toString('latin1'))?.[1] ?? '?'
}

/** Messages per CPU-second of this process, all threads. */
function rate(
  work: (bytes: Buffer) => void,
  messagesOf = (): readonly Buffer[] => mapped,
  cpuMs = RUN_CPU_MS,
): number {
  let [done, spent] = [0, 0]
  while (spent < cpuMs * 1000) {
    const messagesNow = messagesOf()
    const began = process.cpuUsage()
    for (const bytes of messagesNow) work(bytes)
    done += messagesNow.length
    const { user, system } = process.cpuUsage(began)
    spent += user + system
  }
  return done / (spent / 1e6)
}

let passes = 0

/** The corpus with control ids, patient numbers and visit numbers that were never seen before. */
function renewed(): readonly Buffer[] {
  passes += 1
  const more = String(passes).padStart(6, '0')
  const longer = (_all: string, before: string, id: string): string => `${before}${id}${more}`
  return mapped.map(bytes => {
    const text = bytes.toString('latin1')
    const named = text
      .replace(/^(MSH(?:[^|]*\|){9})([^|\r\n]*)/, longer)
      .replaceAll(/((?:^|[\r\n])PID(?:\|[^|\r\n]*){2}\|)([^|^~\r\n]+)/g, longer)
      .replaceAll(/((?:^|[\r\n])PV1(?:\|[^|\r\n]*){18}\|)([^|^~\r\n]+)/g, longer)
    return Buffer.from(named, 'latin1')
  })
}

const validated = (bytes: Buffer): void => {
  for (const resource of resourcesOf(bytes)) validateResource(resource)
}
const unvalidated = (bytes: Buffer): void => {
  resourcesOf(bytes)
}

// The compiler is at it for some ten seconds.
for (let warm = 0; warm < 3; warm += 1) for (const work of [validated, unvalidated]) rate(work)
rate(validated, renewed)
const measured = { validated: [] as number[], unvalidated: [] as number[], renewed: [] as number[] }
for (let run = 0; run < runs; run += 1) {
  measured.validated.push(rate(validated))
  measured.unvalidated.push(rate(unvalidated))
  measured.renewed.push(rate(validated, renewed))
}
const eventMs = Number(values['event-ms'])
const eventRates = Object.fromEntries(
  (eventMs > 0 ? [...byEvent].toSorted(([a], [b]) => (a < b ? -1 : 1)) : []).map(([event, own]) => [
    event,
    Math.round(rate(validated, () => own, eventMs)),
  ]),
)

const summary = (rates: readonly number[]) => {
  const sorted = rates.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return {
    median: Math.round(median),
    min: Math.round(sorted[0] ?? 0),
    max: Math.round(sorted.at(-1) ?? 0),
    cpuUs: Math.round(1e6 / median),
  }
}

const report = {
  benchmark: 'map',
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../..'),
  }).trim(),
  node: process.version,
  runs,
  files: inputs.length,
  messages,
  mix: Object.fromEntries([...mix].toSorted()),
  throws,
  invalid,
  averages: {
    inputBytes: Math.round(inputBytes / messages),
    resources: Number((resources / messages).toFixed(1)),
    outputBytes: Math.round(resourceBytes / messages),
  },
  messagesPerCpuSecond: {
    validated: summary(measured.validated),
    unvalidated: summary(measured.unvalidated),
    renewed: summary(measured.renewed),
  },
  /** Validated, of each event's own messages alone. */
  messagesPerCpuSecondByEvent: eventRates,
}

/** The slowest event, and what part of the mean of all messages it comes to: a quarter at least is asked for. */
const [slowest] = Object.entries(eventRates).toSorted(([, a], [, b]) => a - b)
const meanRate = report.messagesPerCpuSecond.validated.median
const slowestText =
  slowest === undefined
    ? 'not measured'
    : `${slowest[0]} ${slowest[1]}, ${Math.round((100 * slowest[1]) / meanRate)} % of the mean`

const line = (name: string, { median, min, max, cpuUs }: ReturnType<typeof summary>): string =>
  `${name.padEnd(12)} ${String(median).padStart(7)} messages/s-cpu (${min}..${max}), ${cpuUs} CPU-us a message`

process.stdout.write(
  values.json
    ? `${JSON.stringify(report)}\n`
    : [
        `map: ${report.messages} mapped messages of ${report.files} corpus files, ${report.averages.resources} resources and ${report.averages.outputBytes} bytes out of ${report.averages.inputBytes} bytes a message`,
        `mix ${JSON.stringify(report.mix)}; commit ${report.commit}, Node ${report.node}, medians of ${report.runs} alternating runs; ${report.throws} throws, ${report.invalid} faults`,
        line('validated', report.messagesPerCpuSecond.validated),
        line('unvalidated', report.messagesPerCpuSecond.unvalidated),
        line('renewed', report.messagesPerCpuSecond.renewed),
        `by event, validated: ${Object.entries(eventRates)
          .map(([event, own]) => `${event} ${own}`)
          .join(', ')}; slowest ${slowestText}`,
        '',
      ].join('\n'),
)
