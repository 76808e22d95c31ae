import { triggers } from '../../../src/mappers/adt/events/triggers.ts'
import { randomOf } from '../adt-workload.ts'
import { identityEvents, withIdentities, type Numbered, type Told } from './hospital-identities.ts'

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
  /** About how many events tell who is who: merges, moves, links, changed numbers and their being taken back. */
  readonly identities?: number
  /** Whether what is told after those uses the numbers that hold then. */
  readonly follows?: boolean
}

type Random = () => number

/** Where a visit stands -> what its sender may tell next, and where it stands then. */
const courses: Readonly<Record<string, readonly (readonly [events: string, then: string])[]>> = {
  none: [
    ['A01 A04 A05 A05 A14', 'asked'],
    ['A01 A01 A04 A04 A04 A10', 'in'],
    ['A08', 'none'],
    ['A11 A12 A13 A23 A32 A38 A52 A53', 'none'],
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

/** Every event that a day holds, given days enough: all that are mapped. */
export const dayEvents: readonly string[] = [
  ...new Set([
    ...Object.values(courses).flatMap(ways => ways.flatMap(([events]) => events.split(' '))),
    'Z99',
    ...identityEvents,
  ]),
].toSorted()

/**
 * What the senders of two hospitals tell of their patients on one day, in the order in which they recorded it: visits of
 * every course, what is told late, corrected or by the id of its movement, and repeats under a control id of their own.
 * The same seed gives the same day.
 */
export function hospitalDay({
  seed,
  patients,
  steps,
  identities = 0,
  follows = true,
}: DayOptions): readonly DayMessage[] {
  const random = randomOf(seed)
  const told: Told[] = []
  for (let patient = 0; patient < patients; patient += 1) {
    const visits = 1 + Math.floor(random() * 2)
    for (let visit = 0; visit < visits; visit += 1) {
      told.push(...visitOf({ random, steps, patient, visit, from: visit * 50 + random() * 20 }))
    }
  }
  const wish = { random, dtm, follows, events: identities }
  const plain = withIdentities(told, wish)
  const repeats = plain.filter(() => random() < 0.08).map((one, serial) => repeatOf(one, serial, random))
  return [...plain, ...repeats]
    .toSorted((a, b) => a.recordedAt - b.recordedAt)
    .map(({ recordedAt: _recordedAt, ...message }) => message)
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
      told.push(
        tell({
          ...place,
          event: 'Z99',
          hour: hour + (pick([0, 0, -2, 1.5], random) ?? 0),
          movement,
          of: event,
        }),
      )
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
    facility,
    pid: {
      5: `${pick(['RIVER', 'RIVERS', 'LAKE'], random)}^ALEX`,
      ...(random() < 0.05 && { 29: at, 30: 'Y' }),
      ...(random() < 0.05 && { 30: pick(['N', '""'], random) ?? '' }),
      // an older record, repeated by a newer message
      ...(random() < 0.1 && { 33: dtm(hour - random() * 40) }),
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
      45: event === 'A03' || (event === 'A08' && random() < 0.1) ? at : '',
      51: sometimes(0.02, () => 'H'),
    },
    segments: [
      ...(event === 'A20' ? [`NPU|MED^1^A^${facility}|${pick(['C', 'H', 'O'], random)}`] : []),
      ...(random() < 0.3 ? [`DG1|1||${pick(['I10', 'E11.9'], random)}^^I10||${at}|A`] : []),
      ...(random() < 0.1 ? [`PR1|1||${pick(['0FT4', '0DT7'], random)}^^I10P||${at}`] : []),
      ...(random() < 0.1
        ? [`OBX|1|NM|8302-2^HEIGHT^LN||${pick(['170', '171'], random)}|cm|||||F|||${at}`]
        : []),
      ...(random() < 0.2 ? [`PD1||||${pick(['88^FOLK^MO', '89^REED^CY', '""'], random)}`] : []),
      ...(random() < 0.3 ? [`NK1|1|${pick(['LEE^SAM', 'LEE^KIM'], random)}|SPO`] : []),
      ...(random() < 0.2 ? [`IN1|1|P1|${pick(['INS1', 'INS2'], random)}|GOOD PAYER`] : []),
      ...(random() < 0.1 ? [`GT1|1||${pick(['LEE^SAM', 'LEE^KIM'], random)}`] : []),
      ...(random() < 0.1
        ? [`ROL|1|${pick(['AD', 'UP', 'DE'], random)}|AT|${pick(['77^WEST^BO', '55^EAST^CY'], random)}`]
        : []),
      ...(event === 'A60'
        ? [`IAM|1|DA|${pick(['A1', 'A2'], random)}|SV||${pick(['A', 'D', 'U'], random)}`]
        : []),
      ...(movement === '' ? [] : [zbeOf({ movement, at, of, random })]),
    ],
  }
  return { patient, visit, event, recordedAt: hour + late, message }
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

/** Sent again: under another control id, as said then or stamped anew (MSH-7), or something else under the same one. */
function repeatOf(message: Numbered, serial: number, random: Random): Numbered {
  const { text } = message
  const way = random()
  if (way < 0.3) return { ...message, text: text.replace('^ALEX', '^ALEXIS') }
  const again = text.replace(/\|([DM]\d+)\|P\|/, `|R${serial}|P|`)
  if (way < 0.7) return { ...message, text: again }
  const restamped = dtm(message.recordedAt + 1 + random() * 30)
  return { ...message, text: again.replace(/\|CW\|CW\|\d+\|/, `|CW|CW|${restamped}|`) }
}

const pick = <T>(items: readonly T[], random: Random): T | undefined =>
  items[Math.floor(random() * items.length)]

/** Hours from the first of October 2026, as DTM to the second. */
const dtm = (hours: number): string =>
  new Date(Date.UTC(2026, 9, 1, 0, 0, Math.round(hours * 3600)))
    .toISOString()
    .replaceAll(/[-T:]/g, '')
    .slice(0, 14)
