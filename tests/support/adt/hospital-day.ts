import { triggers } from '../../../src/mappers/adt/triggers.ts'
import { randomOf } from '../adt-workload.ts'
import { er7, type Er7 } from './er7.ts'

/** One message of a hospital day; the whole of it is in `text`. */
export interface DayMessage {
  readonly patient: string
  readonly event: string
  readonly text: string
}

export interface DayOptions {
  readonly seed: number
  readonly patients: number
  /** About how many messages of each visit. */
  readonly steps: number
  /** Merges of two patients and their being taken back too. */
  readonly merges?: boolean
}

type Random = () => number

/** Where a visit stands -> what its sender may tell next, and where it stands then. */
const courses: Readonly<Record<string, readonly (readonly [events: string, then: string])[]>> = {
  none: [
    ['A01 A04 A05 A05 A14', 'asked'],
    ['A01 A01 A04 A04 A04 A10', 'in'],
    ['A08', 'none'],
  ],
  asked: [
    ['A05 A14 A08 A31', 'asked'],
    ['A27 A38', 'over'],
    ['A01 A04 A06 A10', 'in'],
  ],
  in: [
    ['A02 A02 A02 A08 A08 A06 A07 A09 A10 A15 A16 A54 A61 A20 A60 A31 A28', 'in'],
    ['A12 A12 A25 A26 A32 A33 A55 A62', 'in'],
    ['A21', 'away'],
    ['A03 A03 A03', 'out'],
    ['A11 A23 A29', 'over'],
  ],
  away: [
    ['A22 A52', 'in'],
    ['A08', 'away'],
    ['A03', 'out'],
  ],
  out: [
    ['A13', 'in'],
    ['A08 A31 A60', 'out'],
    ['A53', 'away'],
    ['A03', 'over'],
  ],
  over: [['A08 A13 A31', 'over']],
}

/** Every event that a day holds, given days enough: all that are mapped, merges as far as they are. */
export const dayEvents: readonly string[] = [
  ...new Set([
    ...Object.values(courses).flatMap(ways => ways.flatMap(([events]) => events.split(' '))),
    'Z99',
  ]),
].toSorted()

/**
 * What the senders of two hospitals tell of their patients on one day, in the order in which they recorded it: visits of
 * every course, what is told late, corrected or by the id of its movement, and repeats under a control id of their own.
 * The same seed gives the same day.
 */
export function hospitalDay({ seed, patients, steps, merges = false }: DayOptions): readonly DayMessage[] {
  const random = randomOf(seed)
  const told: Told[] = []
  for (let patient = 0; patient < patients; patient += 1) {
    const visits = 1 + Math.floor(random() * 2)
    for (let visit = 0; visit < visits; visit += 1) {
      told.push(...visitOf({ random, steps, patient, visit, from: visit * 50 + random() * 20 }))
    }
  }
  const plain = told.map((one, serial) => messageOf(one, serial))
  const repeats = plain.filter(() => random() < 0.08).map((one, serial) => repeatOf(one, serial, random))
  const all = [...plain, ...repeats, ...(merges ? mergesOf(patients, random) : [])]
  return all
    .toSorted((a, b) => (a.recorded < b.recorded ? -1 : a.recorded > b.recorded ? 1 : 0))
    .map(({ recorded: _recorded, ...message }) => message)
}

interface Told {
  readonly patient: number
  readonly event: string
  readonly message: Omit<Er7, 'id' | 'event'>
}

interface VisitPlace {
  readonly random: Random
  readonly steps: number
  readonly patient: number
  readonly visit: number
  readonly from: number
}

function visitOf({ random, steps, patient, visit, from }: VisitPlace): readonly Told[] {
  const told: Told[] = []
  const namesMovements = random() < 0.3
  const place = { patient, visit, random, admitted: from, from }
  let [state, hour] = ['none', from]
  for (let step = 0; step < steps; step += 1) {
    const ways = courses[state] ?? []
    const [events = 'A08', then = state] = pick(ways, random) ?? []
    const event = pick(events.split(' '), random) ?? 'A08'
    const movement = namesMovements && isOfVisit(event) ? `MV${patient}${visit}${step}` : ''
    told.push(tell({ ...place, event, hour, movement }))
    if (movement !== '' && random() < 0.2)
      told.push(tell({ ...place, event: 'Z99', hour, movement, of: event }))
    else if (random() < 0.1) told.push(tell({ ...place, event, hour: hour - 0.5, movement: '' }))
    state = then
    hour += Math.floor(random() * 8)
  }
  return told
}

const isOfVisit = (event: string): boolean =>
  ['movement', 'cancel'].includes(triggers[event as keyof typeof triggers].does)

interface Telling {
  readonly patient: number
  readonly visit: number
  readonly random: Random
  readonly event: string
  readonly hour: number
  readonly admitted: number
  /** ZBE-1 */
  readonly movement: string
  /** ZBE-6 */
  readonly of?: string
}

function tell({ patient, visit, random, event, hour, admitted, movement, of }: Telling): Told {
  const late = pick([0, 0, 0, 0, 0.25, 3, 80], random) ?? 0
  const facility = patient % 2 === 0 ? 'VALLEY' : 'HILL'
  const place = (): string =>
    `${pick(['ICU', 'MED', 'SUR'], random)}^${1 + Math.floor(random() * 3)}^A^${facility}`
  const sometimes = (share: number, text: () => string): string => (random() < share ? text() : '')
  const at = dtm(hour)
  const message = {
    at,
    recorded: dtm(hour + late),
    patient: `D${patient}`,
    visit: `D${patient}V${visit}`,
    facility,
    pid: {
      5: `${pick(['RIVER', 'RIVERS', 'LAKE'], random)}^ALEX`,
      ...(random() < 0.05 && { 29: at, 30: 'Y' }),
      ...(random() < 0.3 && {
        11: pick(['1 ELM ST^^AUSTIN^TX', '9 OAK AVE^^DALLAS^TX', '""'], random) ?? '',
      }),
    },
    pv1: {
      2: pick(['I', 'I', 'I', 'E', 'O', 'B', 'P', ''], random) ?? 'I',
      3: sometimes(0.9, place),
      6: sometimes(0.3, place),
      7: sometimes(0.6, () => pick(['1234^DOC^ANN', '77^WEST^BO', '""'], random) ?? ''),
      9: sometimes(0.2, () => '55^EAST^CY'),
      11: sometimes(0.2, () => `XRAY^^^${facility}`),
      16: sometimes(0.1, () => pick(['VIP', 'N'], random) ?? ''),
      36: event === 'A03' ? (pick(['01', '03', '06', '62', '02', '07', '20'], random) ?? '') : '',
      42: sometimes(0.2, place),
      44: sometimes(0.4, () => dtm(admitted)),
      45: event === 'A03' ? at : '',
    },
    segments: [
      ...(event === 'A20' ? [`NPU|MED^1^A^${facility}|${pick(['C', 'H', 'O'], random)}`] : []),
      ...(random() < 0.3 ? [`DG1|1||${pick(['I10', 'E11.9'], random)}^^I10||${at}|A`] : []),
      ...(random() < 0.2 ? [`PD1||||${pick(['88^FOLK^MO', '89^REED^CY', '""'], random)}`] : []),
      ...(random() < 0.3 ? [`NK1|1|${pick(['LEE^SAM', 'LEE^KIM'], random)}|SPO`] : []),
      ...(random() < 0.2 ? [`IN1|1|P1|${pick(['INS1', 'INS2'], random)}|GOOD PAYER`] : []),
      ...(event === 'A60'
        ? [`IAM|1|DA|${pick(['A1', 'A2'], random)}|SV||${pick(['A', 'D', 'U'], random)}`]
        : []),
      ...(movement === '' ? [] : [zbeOf({ movement, at, of, random })]),
    ],
  }
  return { patient, event, message }
}

function zbeOf({
  movement,
  at,
  of = '',
  random,
}: {
  readonly movement: string
  readonly at: string
  readonly of: string | undefined
  readonly random: Random
}): string {
  const action = of === '' ? 'INSERT' : (pick(['UPDATE', 'CANCEL'], random) ?? 'UPDATE')
  return `ZBE|${movement}|${at}||${action}|${random() < 0.1 ? 'Y' : 'N'}|${of}`
}

interface Recorded extends DayMessage {
  readonly recorded: string
}

function messageOf({ patient, event, message }: Told, serial: number): Recorded {
  const text = er7({ ...message, event, id: `D${serial}` })
  return { patient: `D${patient}`, event, text, recorded: message.recorded ?? message.at }
}

/** Sent again: under another control id, or something else under the same one. */
function repeatOf(message: Recorded, serial: number, random: Random): Recorded {
  const text =
    random() < 0.7
      ? message.text.replace(/\|D(\d+)\|P\|/, `|R${serial}|P|`)
      : message.text.replace('^ALEX', '^ALEXIS')
  return { ...message, text }
}

function mergesOf(patients: number, random: Random): readonly Recorded[] {
  const pairs = Math.max(1, Math.floor(patients / 3))
  return Array.from({ length: pairs }, (_none, serial) => {
    const [survivor, loser] = [2 * serial, (2 * serial + 2) % (2 * Math.ceil(patients / 2))]
    const [hour, later] = [20 + random() * 60, random() * 30]
    const one = (event: string, at: number): Recorded => ({
      patient: `D${survivor}`,
      event,
      text: mergeText({ event, survivor, loser, at: dtm(at), id: `M${serial}${event}` }),
      recorded: dtm(at),
    })
    return survivor === loser ? [] : [one('A40', hour), ...(random() < 0.5 ? [one('A37', hour + later)] : [])]
  }).flat()
}

interface MergeText {
  readonly event: string
  readonly survivor: number
  readonly loser: number
  readonly at: string
  readonly id: string
}

function mergeText({ event, survivor, loser, at, id }: MergeText): string {
  const [kept, gone] = [`D${survivor}^^^VALLEY^MR`, `D${loser}^^^VALLEY^MR`]
  const pid = (identifier: string): string => `PID|||${identifier}||RIVER^ALEX||19800101|F`
  return [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${at}||ADT^${event}|${id}|P|2.5.1`,
    `EVN|${event}|${at}|||OP1^DOE^JO|${at}`,
    pid(kept),
    ...(event === 'A40' ? [`MRG|${gone}`] : [pid(gone)]),
    '',
  ].join('\r')
}

const pick = <T>(items: readonly T[], random: Random): T | undefined =>
  items[Math.floor(random() * items.length)]

/** Hours from the first of October 2026, as DTM to the second. */
const dtm = (hours: number): string =>
  new Date(Date.UTC(2026, 9, 1, 0, 0, Math.round(hours * 3600)))
    .toISOString()
    .replaceAll(/[-T:]/g, '')
    .slice(0, 14)
