import { er7, type Er7 } from './er7.ts'

/** What a sender tells of a patient and a visit, before it is known which numbers those have. */
export interface Told {
  readonly patient: number
  readonly visit: number
  readonly event: string
  /** Hours from the beginning; the same as in `message.recorded`. */
  readonly recordedAt: number
  readonly message: Omit<Er7, 'id' | 'event'>
}

/** A message as it goes out. */
export interface Numbered {
  readonly patient: string
  readonly event: string
  readonly recordedAt: number
  readonly text: string
}

type Random = () => number

/** What tells who is who on a day. */
export const identityEvents: readonly string[] = [
  ...['A17', 'A18', 'A24', 'A30', 'A34', 'A35', 'A36', 'A37', 'A39', 'A40', 'A41', 'A42', 'A43'],
  ...['A44', 'A45', 'A46', 'A47', 'A48', 'A49', 'A50', 'A51'],
]

interface Person {
  /** CX */
  number: string
  /** The person as whom this one goes on. */
  into?: number
  linked?: number
}

interface Visit {
  owner: number
  /** CX of PV1-19; '' where the account numbers the visit. */
  number: string
  /** CX of PID-18; '' where there are no accounts. */
  account: string
  /** CX of PV1-50. */
  alternate: string
  /** The visit of which this one was a double. */
  into?: string
}

/** Who has which number, as their sender knows it at a moment. */
interface Numbers {
  readonly persons: Map<number, Person>
  readonly visits: Map<string, Visit>
}

interface Wish {
  readonly random: Random
  /** How many identity events there are, about. */
  readonly events: number
  readonly dtm: (hours: number) => string
  /** Whether what is told afterwards uses the numbers that hold then; else everyone keeps their first ones, and no visit moves. */
  readonly follows: boolean
}

const LATE_SHARE = 0.06
/** Of messages that name two patients in PID-3. */
const TWICE_NUMBERED_SHARE = 0.02
/** Of merges whose MRG-1 lists the number of a second patient. */
const LISTED_SHARE = 0.2

/**
 * Gives what is told its numbers, and tells between of merges, moves, changed numbers and links. A number that went out of
 * use is used no more, but by what is told late.
 */
export function withIdentities(told: readonly Told[], wish: Wish): readonly Numbered[] {
  const { random, events, follows } = wish
  const first: Numbers = { persons: new Map(), visits: new Map() }
  let now: Numbers = { persons: new Map(), visits: new Map() }
  const before: Numbers[] = []
  const out: Numbered[] = []
  const share = events / Math.max(1, told.length)
  let serial = 0
  for (const [at, one] of told.toSorted((a, b) => a.recordedAt - b.recordedAt).entries()) {
    meet(now, one, random)
    meet(first, one, random, now)
    const known = random() < LATE_SHARE ? (pick(before, random) ?? now) : now
    const isKnown = known.visits.has(nameOf(one)) && known.persons.has(one.patient)
    out.push(numbered(one, { known: follows ? (isKnown ? known : now) : first, id: `D${at}`, random }))
    if (random() >= share) continue
    const next = structuredClone(now)
    const said = statement(next, { ...wish, at: one.recordedAt + 0.1, id: `M${serial}` })
    if (!said) continue
    serial += 1
    before.push(now)
    now = next
    out.push(said)
  }
  return out
}

const nameOf = ({ patient, visit }: Pick<Told, 'patient' | 'visit'>): string => `${patient}V${visit}`
const facilityOf = (patient: number): string => (patient % 2 === 0 ? 'VALLEY' : 'HILL')

/** Patients and visits have their first numbers when they are first spoken of. */
function meet({ persons, visits }: Numbers, told: Told, random: Random, as?: Numbers): void {
  const { patient, visit } = told
  const [facility, name] = [facilityOf(patient), nameOf(told)]
  if (!persons.has(patient)) persons.set(patient, { number: `D${patient}^^^${facility}^MR` })
  if (visits.has(name)) return
  const account = random() < 0.4 ? `D${patient}A${visit}^^^${facility}^AN` : ''
  const isByAccount = account !== '' && random() < 0.4
  const met = {
    owner: patient,
    account,
    number: isByAccount ? '' : `D${name}^^^${facility}^VN`,
    alternate: random() < 0.2 ? `D${patient}X${visit}^^^${facility}^VN` : '',
  }
  visits.set(name, { ...(as?.visits.get(name) ?? met) })
}

const rootOf = ({ persons }: Numbers, patient: number): number => {
  let at = patient
  for (let into = persons.get(at)?.into; into !== undefined; into = persons.get(at)?.into) at = into
  return at
}

const personOf = (numbers: Numbers, patient: number): Person =>
  numbers.persons.get(rootOf(numbers, patient)) ?? { number: '' }

function visitOf({ visits }: Numbers, name: string): Visit {
  let visit = visits.get(name)
  for (let into = visit?.into; into !== undefined; into = visit?.into) visit = visits.get(into)
  return visit ?? { owner: 0, number: '', account: '', alternate: '' }
}

interface Numbering {
  readonly known: Numbers
  readonly id: string
  readonly random: Random
}

function numbered(told: Told, { known, id, random }: Numbering): Numbered {
  const visit = visitOf(known, nameOf(told))
  const { number } = personOf(known, visit.owner)
  const { message, event, recordedAt } = told
  const { renumbering, current } = renumberingOf(event, visit, { id, random })
  const other = random() < TWICE_NUMBERED_SHARE ? otherOf(known, visit.owner, random) : undefined
  const text = er7({
    ...{ ...message, event, id, visit: '' },
    pid: { ...message.pid, 3: other === undefined ? number : `${number}~${other}`, 18: current.account },
    pv1: { ...message.pv1, 19: current.number, 50: current.alternate },
    segments: [...renumbering, ...(message.segments ?? [])],
  })
  Object.assign(visit, current)
  const application = random() < 0.1 ? text.replace('|ADTAPP|', '|REGAPP|') : text
  return { patient: number, event, recordedAt, text: application }
}

/** A number of somebody else that a message names beside the patient's own. */
function otherOf(numbers: Numbers, patient: number, random: Random): string | undefined {
  const others = [...numbers.persons.keys()].filter(
    one => rootOf(numbers, one) !== rootOf(numbers, patient) && facilityOf(one) === facilityOf(patient),
  )
  const other = pick(others, random)
  return other === undefined ? undefined : personOf(numbers, other).number
}

/** A06 and A07 may give the visit another number. */
function renumberingOf(
  event: string,
  visit: Visit,
  { id, random }: Pick<Numbering, 'id' | 'random'>,
): { readonly renumbering: readonly string[]; readonly current: Visit } {
  const isChange = (event === 'A06' || event === 'A07') && random() < 0.4
  if (!isChange) return { renumbering: [], current: visit }
  const old = visit.number || visit.account
  const next = another(old, id)
  return visit.number
    ? { renumbering: [`MRG|||||${old}`], current: { ...visit, number: next } }
    : { renumbering: [`MRG|||${old}`], current: { ...visit, account: next } }
}

/** `D1V0^^^...` -> `D1V0.M3^^^...` */
const another = (cx: string, id: string): string =>
  cx.replace(/^[^^]*/, old => `${old.split('.')[0] ?? ''}.${id}`)

interface Saying extends Wish {
  readonly at: number
  readonly id: string
}

/** Says something of who is who that makes sense now, and remembers it. */
function statement(numbers: Numbers, saying: Saying): Numbered | undefined {
  const { random, follows } = saying
  for (let tries = 0; tries < 8; tries += 1) {
    const event = pick(follows ? chances : ownChances, random) ?? 'A40'
    const body = sayings[event]?.(numbers, saying, event)
    if (body) return framed(event, body, saying)
  }
  return undefined
}

/** What there are more of in hospitals comes more often. */
const chances = [...identityEvents, 'A40', 'A40', 'A37', 'A37', 'A42', 'A43', 'A44', 'A45', 'A45', 'A50']

/** Those that leave every visit with the patient under whom it is sent. */
const ownChances = chances.filter(event => !/^A(?:17|35|4[1-59]|5\d)$/.test(event))

type Say = (numbers: Numbers, saying: Saying, event: string) => readonly string[] | undefined

/** Two who are not merged, of one hospital mostly. */
function pairOf(numbers: Numbers, random: Random): readonly [number, number] | undefined {
  const all = [...numbers.persons.keys()].filter(one => numbers.persons.get(one)?.into === undefined)
  const one = pick(all, random)
  const isAnyHospital = random() < 0.15
  const others = all.filter(other => other !== one && (isAnyHospital || other % 2 === (one ?? 0) % 2))
  const other = pick(others, random)
  return one === undefined || other === undefined ? undefined : [one, other]
}

const pid = (number: string, account = ''): string =>
  `PID|||${number}||RIVER^ALEX||19800101|F||||||||||${account}`

const merged: Say = (numbers, { random }, event) => {
  const pair = pairOf(numbers, random)
  if (!pair) return undefined
  const [kept, gone] = pair
  const person = numbers.persons.get(gone)
  if (!person) return undefined
  const also = random() < LISTED_SHARE ? otherOf(numbers, kept, random) : undefined
  const listed = also && also !== person.number ? also : undefined
  const prior = listed ? `${person.number}~${listed}` : person.number
  const said = [pid(personOf(numbers, kept).number), `MRG|${prior}`]
  if (event === 'A36') {
    const [from, to] = [gone, kept].map(owner =>
      [...numbers.visits.values()].find(visit => visit.owner === owner && visit.account && !visit.number),
    )
    if (from && to) {
      said.splice(0, 2, pid(personOf(numbers, kept).number, to.account), `MRG|${prior}||${from.account}`)
      from.into = nameIn(numbers, to)
    }
  }
  person.into = kept
  for (const one of numbers.persons.values()) if (one !== person && one.number === listed) one.into ??= kept
  return said
}

const nameIn = ({ visits }: Numbers, visit: Visit): string =>
  [...visits].find(([, one]) => one === visit)?.[0] ?? ''

const linked: Say = (numbers, { random }) => {
  const pair = pairOf(numbers, random)
  const one = pair && numbers.persons.get(pair[0])
  if (!pair || !one) return undefined
  one.linked = pair[1]
  return pair.map(patient => pid(personOf(numbers, patient).number))
}

const unlinked: Say = (numbers, { random }) => {
  const all = [...numbers.persons.values()].filter(
    ({ into, linked: to }) => into !== undefined || to !== undefined,
  )
  const one = pick(all, random)
  const other = one && numbers.persons.get(one.into ?? one.linked ?? -1)
  if (!one || !other || other.number === one.number) return undefined
  delete one.into
  delete one.linked
  return [pid(other.number), pid(one.number)]
}

/** Visits that go on under their own numbers, of which this holds. */
function somevisits(numbers: Numbers, holds: (visit: Visit) => boolean): readonly Visit[] {
  return [...numbers.visits.values()].filter(visit => visit.into === undefined && holds(visit))
}

const ownerNumber = (numbers: Numbers, { owner }: Visit): string => personOf(numbers, owner).number

const mergedVisit =
  (isByAccount: boolean): Say =>
  (numbers, { random }) => {
    const all = somevisits(numbers, ({ number }) => (number === '') === isByAccount)
    const gone = pick(all, random)
    const kept = pick(
      all.filter(one => one !== gone && gone && rootOf(numbers, one.owner) === rootOf(numbers, gone.owner)),
      random,
    )
    if (!gone || !kept) return undefined
    gone.into = nameIn(numbers, kept)
    const number = ownerNumber(numbers, kept)
    return isByAccount
      ? [pid(number, kept.account), `MRG|${number}||${gone.account}`]
      : [pid(number), `MRG|${number}||||${gone.number}`, `PV1||I|||||||||||||||||${kept.number}`]
  }

const movedPatient: Say = (numbers, { random }) => {
  const pair = pairOf(numbers, random)
  if (!pair) return undefined
  const [to, from] = pair
  const [right, wrong] = [personOf(numbers, to).number, personOf(numbers, from).number]
  for (const visit of numbers.visits.values()) if (rootOf(numbers, visit.owner) === from) visit.owner = to
  return [pid(right), `MRG|${wrong}`]
}

const movedVisit =
  (isByAccount: boolean): Say =>
  (numbers, { random, id }) => {
    const visit = pick(
      somevisits(numbers, ({ account, number }) => (isByAccount ? account : number) !== ''),
      random,
    )
    const from = visit && rootOf(numbers, visit.owner)
    const to = pick(
      [...numbers.persons.keys()].filter(one => one !== from && numbers.persons.get(one)?.into === undefined),
      random,
    )
    if (!visit || to === undefined) return undefined
    const wrong = ownerNumber(numbers, visit)
    const old = visit.number
    visit.owner = to
    if (isByAccount) {
      const others = somevisits(numbers, ({ account }) => account === visit.account)
      for (const other of others) other.owner = to
      return [pid(ownerNumber(numbers, visit), visit.account), `MRG|${wrong}||${visit.account}`]
    }
    if (random() < 0.3) visit.number = another(old, id)
    return [
      pid(ownerNumber(numbers, visit)),
      `MRG|${wrong}||||${old}`,
      `PV1||I|||||||||||||||||${visit.number}`,
    ]
  }

const renamedPatient: Say = (numbers, { random, id }) => {
  const person = pick(
    [...numbers.persons.values()].filter(({ into }) => into === undefined),
    random,
  )
  if (!person) return undefined
  const old = person.number
  person.number = another(old, id)
  return [pid(person.number), `MRG|${old}`]
}

const renamedVisit =
  (field: 'number' | 'account' | 'alternate'): Say =>
  (numbers, { random, id }) => {
    const visit = pick(
      somevisits(numbers, one => one[field] !== ''),
      random,
    )
    if (!visit) return undefined
    const old = visit[field]
    visit[field] = another(old, id)
    const number = ownerNumber(numbers, visit)
    const pv1 = `PV1||I|||||||||||||||||${visit.number}${'|'.repeat(31)}${visit.alternate}`
    const head = pid(number, visit.account)
    if (field === 'account') return [head, `MRG|${number}||${old}`]
    return [head, `MRG|${number}||||${field === 'number' ? old : `|${old}`}`, pv1]
  }

const swapped: Say = (numbers, { random }) => {
  const one = pick(
    somevisits(numbers, ({ number }) => number !== ''),
    random,
  )
  const other = pick(
    somevisits(numbers, visit => visit.number !== '' && visit !== one),
    random,
  )
  if (!one || !other) return undefined
  return [one, other].flatMap((visit, at) => [
    pid(ownerNumber(numbers, visit)),
    `PV1||I|MED^10${at}^A^${facilityOf(visit.owner)}||||||||||||||||${visit.number}`,
  ])
}

const sayings: Readonly<Record<string, Say>> = {
  A17: swapped,
  ...Object.fromEntries(['A18', 'A30', 'A34', 'A36', 'A39', 'A40'].map(event => [event, merged])),
  A24: linked,
  A35: mergedVisit(true),
  A37: unlinked,
  A41: mergedVisit(true),
  A42: mergedVisit(false),
  A43: movedPatient,
  A44: movedVisit(true),
  A45: movedVisit(false),
  ...Object.fromEntries(['A46', 'A47', 'A48'].map(event => [event, renamedPatient])),
  A49: renamedVisit('account'),
  A50: renamedVisit('number'),
  A51: renamedVisit('alternate'),
}

function framed(event: string, body: readonly string[], { at, id, dtm, random }: Saying): Numbered {
  const recorded = dtm(at)
  const effective = dtm(random() < 0.2 ? at - random() * 20 : at)
  const facility = body[0]?.includes('HILL') === true ? 'HILL' : 'VALLEY'
  const text = [
    `MSH|^~\\&|ADTAPP|${facility}|CW|CW|${recorded}||ADT^${event}|${id}|P|2.5.1`,
    `EVN|${event}|${recorded}|||OP1^DOE^JO|${effective}`,
    ...body,
    '',
  ].join('\r')
  return { patient: body[0]?.split('|')[3] ?? '', event, recordedAt: at, text }
}

const pick = <T>(items: readonly T[], random: Random): T | undefined =>
  items[Math.floor(random() * items.length)]
