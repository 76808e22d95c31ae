import { Session, type Profiler } from 'node:inspector'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { carePlan } from './care-plan.ts'
import { progress, summaries, type Figures, type Results } from './figures.ts'

interface Sizes {
  readonly runs: number
  readonly seconds: number
}

/** How often a second of CPU time validates a parsed CarePlan, and which functions it goes to (on standard error). */
export function measureValidation({ runs, seconds }: Sizes): Results {
  const text = JSON.stringify(carePlan)
  const faults = validateResource(JSON.parse(text))
  if (faults.length > 0) throw new Error(`the CarePlan is not valid: ${JSON.stringify(faults)}`)
  validateFor(2, text)
  const found: Figures[] = []
  for (let run = 0; run < runs; run += 1) found.push(validateFor(seconds, text))
  for (const line of hottest(seconds, text)) progress(line)
  return { [`a CarePlan of ${Buffer.byteLength(text)} bytes`]: summaries(found) }
}

/** Parsed anew each time, as in the service: objects that were seen before would flatter. */
function validateFor(seconds: number, text: string): Figures {
  const batch = 200
  let [validated, parseUs, validateUs] = [0, 0, 0]
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const started = process.cpuUsage()
    const parsed: unknown[] = []
    for (let n = 0; n < batch; n += 1) parsed.push(JSON.parse(text))
    const between = process.cpuUsage(started)
    for (const one of parsed) validateResource(one)
    const whole = process.cpuUsage(started)
    parseUs += between.user + between.system
    validateUs += whole.user + whole.system - between.user - between.system
    validated += batch
  }
  return {
    'validated a CPU-s': (validated * 1e6) / validateUs,
    'CPU-us each': validateUs / validated,
    'CPU-us of JSON.parse beside it': parseUs / validated,
  }
}

/** The functions with the most samples of their own, as a share of all. */
function hottest(seconds: number, text: string): readonly string[] {
  const parsed = Array.from({ length: 2_000 }, () => JSON.parse(text) as unknown)
  const session = new Session()
  session.connect()
  // An inspector session of the own thread answers before `post` returns.
  let profile: Profiler.Profile | undefined
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 200 })
  session.post('Profiler.start')
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    for (const one of parsed) validateResource(one)
  }
  session.post('Profiler.stop', (error, result) => {
    if (!error) profile = result.profile
  })
  session.disconnect()
  const hits = new Map<string, number>()
  for (const { callFrame, hitCount = 0 } of profile?.nodes ?? []) {
    const file = callFrame.url.split('/').at(-1) ?? ''
    const name = `${callFrame.functionName || '(anonymous)'} ${file}:${callFrame.lineNumber + 1}`
    hits.set(name, (hits.get(name) ?? 0) + hitCount)
  }
  const all = [...hits.values()].reduce((sum, one) => sum + one, 0)
  return [...hits]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 15)
    .map(([name, count]) => `${((100 * count) / all).toFixed(1).padStart(5)} %  ${name}`)
}
