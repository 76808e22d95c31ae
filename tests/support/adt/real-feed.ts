import { familyOf, givenOf, phoneOf, randomOf, streetOf, townOf } from '../adt-workload.ts'
import type { FeedMessage, FeedOptions } from '../adt-workload.ts'
import { er7, type Er7 } from './er7.ts'

/**
 * Per ten thousand messages of one hospital's weekday (adt.md 2, WashU: 219,564 messages, 299 of them A40). `R01` is the
 * results that stand on the same topic.
 */
export const realMix: Readonly<Record<string, number>> = {
  A08: 4_800,
  A31: 3_000,
  A04: 1_700,
  R01: 356,
  A01: 100,
  A28: 30,
  A40: 14,
}

/** Of a hundred updates (A08, A31), those that say something new. */
const NEWS_PERCENT = 10

/**
 * A feed with the shares of a real one, in the order of its times: registrations and admissions, and updates of which
 * most repeat what was said; who was merged is still spoken of by the old number at times. The shares are exact to a message, whatever the seed.
 */
export function realFeed({
  patients,
  messages,
  seed,
  prefix,
  year = 2025,
}: FeedOptions): readonly FeedMessage[] {
  const random = randomOf(seed)
  const people: Person[] = []
  const merged = new Set<Person>()
  const deck = deckOf(messages, random)
  const startMs = Date.UTC(year, 0, 5)
  return deck.map((event, serial) => {
    const at = dtm(startMs + Math.floor((serial * DAY_MS) / messages))
    const person = personFor(event, { people, random, patients, prefix })
    const loser = event === 'A40' ? people.find(one => one !== person && !merged.has(one)) : undefined
    if (loser) merged.add(loser)
    const news = isUpdate(event) && random() * 100 < NEWS_PERCENT ? Math.floor(random() * 3) : undefined
    take(person, event, news)
    const controlId = `${prefix}C${serial}`
    const text = textOf({ person, loser, event, controlId, at })
    return { key: keyOf(person), controlId, event, text }
  })
}

const DAY_MS = 86_400_000
const isUpdate = (event: string): boolean => event === 'A08' || event === 'A31'
const BEGINS: ReadonlySet<string> = new Set(['A04', 'A01', 'A28'])

/** What the hospital has in its records of a person: what every message about them repeats. */
interface Person {
  readonly prefix: string
  readonly number: number
  phone: number
  address: number
  visits: number
  service: number
  class: 'O' | 'E' | 'I'
}

/** Every event as often as it has to be, shuffled, the first one a registration. */
function deckOf(messages: number, random: () => number): readonly string[] {
  const counts = Object.entries(realMix).map(
    ([event, share]) => [event, Math.round((share * messages) / 10_000)] as const,
  )
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const deck = [
    ...counts.flatMap(([event, count]) => Array.from({ length: count }, () => event)),
    ...Array.from({ length: Math.max(0, messages - total) }, () => 'A08'),
  ]
    .map(event => ({ event, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ event }) => event)
    .slice(0, messages)
  const first = deck.indexOf('A04')
  return first < 0 ? deck : ['A04', ...deck.toSpliced(first, 1)]
}

interface Crowd {
  readonly people: Person[]
  readonly random: () => number
  readonly patients: number
  readonly prefix: string
}

/** Somebody new registers as long as there are few enough; all else is about somebody known. */
function personFor(event: string, { people, random, patients, prefix }: Crowd): Person {
  const known = event === 'A08' ? people.filter(({ visits }) => visits > 0) : people
  const isNew = event === 'A28' || (BEGINS.has(event) && people.length < patients)
  const found = known[Math.floor(random() * known.length)]
  if (found && !isNew) return found
  const person: Person = {
    ...{ prefix, number: people.length, phone: 0, address: 0, visits: 0, service: 0, class: 'O' },
  }
  people.push(person)
  return person
}

/** What the event changes in the hospital's records. */
function take(person: Person, event: string, news: number | undefined): void {
  if (event === 'A04' || event === 'A01') {
    person.visits += 1
    person.class = event === 'A01' ? 'I' : person.visits % 3 === 0 ? 'E' : 'O'
  }
  if (news === 0) person.phone += 1
  if (news === 1) person.address += 1
  if (news === 2 && event === 'A08') person.service += 1
  if (news === 2 && event === 'A31') person.phone += 1
}

interface Text {
  readonly person: Person
  readonly loser: Person | undefined
  readonly event: string
  readonly controlId: string
  readonly at: string
}

function textOf({ person, loser, event, controlId, at }: Text): string {
  const { number, phone, address, service, visits } = person
  const isOfVisit = event !== 'A40' && event !== 'A28' && event !== 'A31'
  const message: Er7 = {
    ...{ event, id: controlId, at, patient: keyOf(person) },
    visit: isOfVisit ? `${keyOf(person)}V${visits}` : '',
    pid: {
      5: `${familyOf(number)}^${givenOf(number)}`,
      7: `19${String(30 + (number % 60))}0${1 + (number % 9)}1${number % 10}`,
      11: `${address} ${streetOf(number)}^^${townOf(number)}^CA^90001`,
      13: `${phoneOf(number)}${phone}`,
    },
    pv1: isOfVisit
      ? {
          2: person.class,
          3: `W${visits % 5}^1^A^VALLEY`,
          7: '120^DOC^ANN',
          10: ['MED', 'SUR', 'CAR'][service % 3] ?? '',
        }
      : { 2: 'N', 3: '' },
    segments: [
      `NK1|1|${familyOf(number)}^Kin${number}|SPO|||${phoneOf(number)}`,
      `IN1|1|PLAN${number % 5}|PAY${number % 7}|Payer ${number % 7}||||GRP${number % 9}`,
      ...(isOfVisit ? [`DG1|1||S72.${visits % 10}^Fracture of femur^I10|||A`] : []),
    ],
  }
  if (event === 'R01') return er7({ ...message, segments: RESULT }).replace('||ADT^R01|', '||ORU^R01|')
  const mrg = loser && `MRG|${keyOf(loser)}^^^VALLEY^MR`
  return er7(mrg === undefined ? message : { ...message, segments: [mrg] })
}

const RESULT = ['OBR|1|||718-7^Hemoglobin^LN', 'OBX|1|NM|718-7^Hemoglobin^LN||13.2|g/dL|||||F']
const keyOf = ({ prefix, number }: Person): string => `${prefix}P${number}`
const dtm = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)
