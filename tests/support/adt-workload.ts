/** One message of a feed: its patient's key and its ER7 text. */
export interface FeedMessage {
  readonly key: string
  readonly controlId: string
  readonly event: string
  readonly text: string
}

export interface FeedOptions {
  readonly patients: number
  readonly messages: number
  readonly seed: number
  /** Sets this feed's identifiers apart from those of others in one database. */
  readonly prefix: string
  /** When the stays begin; in years to come nothing falls due while a test runs. */
  readonly year?: number
}

/** The same numbers for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Step {
  readonly event: string
  readonly afterHours: number
  readonly class: string
  readonly ward: string
  readonly disposition?: string
}

/** A stay from the emergency department to home, with a discharge taken back: what a change-heavy feed repeats. */
const course: readonly Step[] = [
  { event: 'A04', afterHours: 0, class: 'E', ward: 'ED^1^A' },
  { event: 'A01', afterHours: 4, class: 'I', ward: 'ICU^1^A' },
  { event: 'A08', afterHours: 6, class: 'I', ward: 'ICU^1^A' },
  { event: 'A02', afterHours: 40, class: 'I', ward: 'MED^7^B' },
  { event: 'A03', afterHours: 90, class: 'I', ward: 'MED^7^B', disposition: '01' },
  { event: 'A13', afterHours: 92, class: 'I', ward: 'MED^7^B' },
  { event: 'A08', afterHours: 95, class: 'I', ward: 'MED^7^B' },
  { event: 'A03', afterHours: 110, class: 'I', ward: 'MED^7^B', disposition: '06' },
]

const STAY_EVERY_HOURS = 24 * 50

/** A feed in which the patients' stays are interleaved; each patient's own messages are in the order of their times. */
export function feed({ patients, messages, seed, prefix, year = 2025 }: FeedOptions): readonly FeedMessage[] {
  const random = randomOf(seed)
  const done = Array.from({ length: patients }, () => 0)
  return Array.from({ length: messages }, (_none, serial) => {
    const patient = Math.floor(random() * patients)
    const nth = done[patient] ?? 0
    done[patient] = nth + 1
    return messageOf({ prefix, patient, nth, serial, year })
  })
}

interface Place {
  readonly prefix: string
  readonly patient: number
  readonly nth: number
  readonly serial: number
  readonly year: number
}

function messageOf({ prefix, patient, nth, serial, year }: Place): FeedMessage {
  const step = course[nth % course.length] as Step
  const stay = Math.floor(nth / course.length)
  const startMs = Date.UTC(year, 0, 1 + (patient % 200), 8, patient % 60)
  const beganMs = startMs + stay * STAY_EVERY_HOURS * 3_600_000
  const at = dtm(beganMs + step.afterHours * 3_600_000)
  const controlId = `${prefix}C${serial}`
  const key = `${prefix}P${patient}`
  const text = [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${at}||ADT^${step.event}|${controlId}|P|2.5.1`,
    `EVN|${step.event}|${at}|||USER1|${at}`,
    `PID|1||${key}^^^VALLEY^MR||${familyOf(patient)}^${givenOf(patient)}||${birthOf(patient)}|F|||${nth} ${streetOf(patient)}^^${townOf(patient)}^CA^90001||${phoneOf(patient)}`,
    ...(step.event === 'A01' || step.event === 'A08' ? details(patient, nth) : []),
    pv1(step, { visit: `${key}V${stay}`, admitted: dtm(beganMs + 4 * 3_600_000), at }),
  ].join('\r')
  return { key, controlId, event: step.event, text: `${text}\r` }
}

const details = (patient: number, nth: number): readonly string[] => [
  `NK1|1|${familyOf(patient)}^Kin${patient}|SPO|||${phoneOf(patient)}`,
  `DG1|1||S72.${nth % 10}^Fracture of femur^I10|||A`,
  `IN1|1|PLAN${patient % 5}|PAY${patient % 7}|Payer ${patient % 7}||||GRP${patient % 9}||||||||||||||||||||||||||||POL${patient}`,
]

function pv1(
  step: Step,
  { visit, admitted, at }: { readonly visit: string; readonly admitted: string; readonly at: string },
): string {
  const fields = Array.from({ length: 46 }, () => '')
  Object.assign(fields, { 1: '1', 2: step.class, 3: `${step.ward}^VALLEY`, 7: '1234^DOC^ANN', 10: 'MED' })
  Object.assign(fields, { 19: `${visit}^^^VALLEY^VN`, 44: admitted })
  if (step.disposition) Object.assign(fields, { 36: step.disposition, 45: at })
  return ['PV1', ...fields.slice(1)].join('|')
}

const dtm = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)

// What must never be found in a log: made so that no other text holds it.
export const familyOf = (patient: number): string => `Zyqfam${patient}x`
export const givenOf = (patient: number): string => `Zyqgiv${patient}x`
export const streetOf = (patient: number): string => `Zyqstreet${patient}x`
export const townOf = (patient: number): string => `Zyqtown${patient}x`
export const phoneOf = (patient: number): string => `555777${String(patient).padStart(5, '0')}`
const birthOf = (patient: number): string =>
  `19${String(30 + (patient % 60))}0${1 + (patient % 9)}1${patient % 10}`
