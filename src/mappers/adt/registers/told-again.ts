import type { MappedEvent } from '../events/adt-event.ts'
import type { Fact, VisitFactBody } from '../events/fact.ts'
import { isDated } from './register-index.ts'
import { TOLD, type Fields, type Register } from './registers.ts'
import { latestOf, SECONDS } from './said-again.ts'
import { TELLING_WIDTH } from './tellings.ts'
import { DAYS } from './value-days.ts'

type Telling = Pick<MappedEvent, 'source' | 'stamp' | 'pidStamp'>

/** How the movements of a visit bound what may be said again. */
export interface Moved {
  /** The second in which a movement or cancel was last recorded. */
  readonly second: string
  /** The message of the arrival, where nothing else happened: said by that, a word is no other when it is said again. */
  readonly arrival: string | undefined
}

/** What the facts of a visit say of it. */
export function movedIn(facts: readonly Fact[]): Moved {
  const [first] = facts
  return { second: latestOf(facts), arrival: facts.length === 1 && first ? arrivalOf(first) : undefined }
}

/** The stamp of an arrival that had happened when it was recorded. */
function arrivalOf({ kind, at, recorded, body }: Fact): string | undefined {
  const { event, stamp } = body as VisitFactBody
  return kind === 'movement' && ARRIVALS.has(event) && at <= recorded ? stamp : undefined
}

const ARRIVALS: ReadonlySet<string> = new Set(['A01', 'A04'])

/**
 * Whether a message, the latest of the one source of a register, says there only what that had last said already, and said
 * after the visit last moved or as it began: then nothing that follows from the register can be another. It looks at the
 * words of the message alone, and is false where that isn't certain.
 */
export function isToldAgain(
  { source, stamp, pidStamp }: Telling,
  before: Register,
  after: Register,
  moved: Moved,
): boolean {
  const standing = before[source]
  if (standing === undefined || pidStamp !== stamp || Object.keys(after).length !== 1) return false
  const stamps = Object.keys(standing)
  if (stamps.some(earlier => earlier >= stamp)) return false
  const said = after[source]?.[stamp] ?? {}
  const saidAt = (field: string): string | undefined =>
    stamps.find(earlier => standing[earlier]?.[field] !== undefined)
  for (const field of Object.keys(said)) {
    const earlier = saidAt(field)
    if (earlier === undefined) return false
    const was = standing[earlier]?.[field] ?? ''
    if (isOfTimes(field) ? !isSaidLast(field, was, standing) : was !== said[field]) return false
    if (isPlain(field)) {
      if (field === DISCHARGED) return false
      if (earlier !== moved.arrival && earlier.slice(0, SECONDS) <= moved.second) return false
    } else if (isOtherDay(earlier, stamp) && isDated(groupOf(field), was)) return false
  }
  return hasSameLists(said, standing, saidAt)
}

type Stamps = NonNullable<Register[string]>

const isPlain = (field: string): boolean => field[PLAIN_DASH] === '-'
const PLAIN_DASH = 3

/** An update that tells of a discharge is itself named as what said so, as is when. */
const DISCHARGED = 'PV1-45'

/** Entries of which every time is kept, in order. */
const isOfTimes = (field: string): boolean => field.startsWith(TOLD) || field.startsWith(DAYS)

/** No other value of the kind (`TOLD/PV1-7/`, `DAYS/address/`) was said as late. */
function isSaidLast(field: string, times: string, standing: Stamps): boolean {
  const kind = field.slice(0, field.indexOf('/', TOLD.length) + 1)
  const last = times.slice(-TELLING_WIDTH)
  return Object.values(standing).every(said =>
    Object.keys(said).every(
      other => !other.startsWith(kind) || other === field || (said[other] ?? '').slice(-TELLING_WIDTH) < last,
    ),
  )
}

/** Of some items it counts on which day they were said. */
const isOtherDay = (stamp: string, other: string): boolean =>
  stamp.slice(0, DATE_LENGTH) !== other.slice(0, DATE_LENGTH)

/** `YYYY-MM-DD` at the head of a stamp. */
const DATE_LENGTH = 10

/** Segments have names of three letters. */
const GROUP_LENGTH = 3
const groupOf = (field: string): string => field.slice(0, GROUP_LENGTH)

/** Every item that is said is in the list that was sent last, and of a list that is said no item of that is missing. */
function hasSameLists(
  said: Fields,
  standing: Stamps,
  saidAt: (field: string) => string | undefined,
): boolean {
  const marks = new Map<string, string>()
  for (const stamp of Object.keys(standing))
    for (const field of Object.keys(standing[stamp] ?? {})) {
      if (field[GROUP_LENGTH] !== '/') continue
      const group = groupOf(field)
      const mark = marks.get(group) ?? saidAt(group) ?? ''
      marks.set(group, mark)
      const isCurrent = stamp >= mark
      if (said[field] === undefined ? isCurrent && said[group] !== undefined : !isCurrent) return false
    }
  return true
}
