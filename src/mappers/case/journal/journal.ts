import type { NounName } from '../../../care-plan/case/case-file.ts'
import { sharesRecalled } from '../../../care-plan/commands/consent-commands.ts'
import { changesBetween, type DomainEvent } from '../../../care-plan/machines/domain-event.ts'
import type { Consent } from '../../../care-plan/nouns/people.ts'
import { patientOf } from '../../../fhir/compartment.ts'
import { keyText, type Resource } from '../../../fhir/resource.ts'
import { eventName, nounEvents } from './event-names.ts'
import {
  journalWorld,
  mayMove,
  ownerOf,
  type JournalChange,
  type JournalWorld,
  type PatientWorld,
  type Standing,
} from './journal-world.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/** What one message, command or request changed, in the order in which it was staged. */
export interface JournalStep {
  readonly changes: readonly JournalChange[]
  /** What a command says has happened; the journal finds the words for the rest. */
  readonly said: readonly DomainEvent[]
}

/** One event of a case, and the version of the resource that shows it. */
export interface JournalEntry {
  /** `Goal/g1/_history/3#01`: the same however often the flush is tried. */
  readonly id: string
  readonly caseId: string
  /** Patient id. */
  readonly patient: string
  readonly event: DomainEvent
  readonly recorded: string
  readonly resource: { readonly reference: string; readonly version: number }
}

interface State {
  readonly id: string
  readonly state?: string
}

/** What a resource is for a case. */
interface Part {
  readonly caseId: string
  readonly patient: string
  readonly noun: NounName
  readonly state: State
}

interface Moved {
  /** What made it so: its own version, or that of the plan or case that it came with. */
  readonly change: JournalChange
  readonly resource: JournalEntry['resource']
  readonly before: Part | undefined
  readonly after: Part | undefined
}

/**
 * What the steps of a unit of work mean for cases, read by the lenses of the nouns before and after each version: folding
 * the events' `changes` gives just what the lenses read from the resources. One list a step, empty for what belongs to no
 * case.
 */
export function journalOf(
  steps: readonly JournalStep[],
  rows: readonly Standing[],
  lenses: NounLenses,
): readonly (readonly JournalEntry[])[] {
  const world = journalWorld(rows, lenses)
  return steps.map(step => entriesOf(movesIn(step, world, lenses), step.said))
}

function movesIn({ changes }: JournalStep, world: JournalWorld, lenses: NounLenses): readonly Moved[] {
  const about = changes.map(({ before, after }) => ({
    before: before && aboutOf(before),
    after: after && aboutOf(after),
  }))
  const causes = new Map<string, JournalChange>()
  for (const [i, { before, after }] of about.entries())
    for (const patient of [before?.patient, after?.patient])
      if (patient !== undefined && !causes.has(patient)) causes.set(patient, changes[i] as JournalChange)
  const was = new Map([...causes.keys()].map(patient => [patient, world.of(patient)]))
  world.apply(changes)
  const own = changes.map((change, i) => ({
    change,
    resource: { reference: keyText(change.key), version: change.version },
    before: partOf(about[i]?.before, was.get(about[i]?.before?.patient ?? '') ?? world.of(undefined), lenses),
    after: partOf(about[i]?.after, world.of(about[i]?.after?.patient), lenses),
  }))
  const along = [...was].flatMap(([patient, before]) => {
    const cause = causes.get(patient)
    const after = world.of(patient)
    if (!cause || after === before) return []
    const changed = new Set(own.map(({ resource }) => resource.reference))
    return mayMove(before, after, () => world.standing(patient)).flatMap(key => {
      const now = changed.has(keyText(key)) ? undefined : world.at(key)
      if (!now) return []
      const resource = { reference: keyText(key), version: now.version }
      const [left, come] = [before, after].map(each => partOf(aboutOf(now.resource), each, lenses))
      return [{ change: cause, resource, before: left, after: come }]
    })
  })
  return [...own, ...along]
}

/** A resource and whose record it is in. */
interface About {
  readonly resource: Resource
  readonly patient: string | undefined
}

const aboutOf = (resource: Resource): About => ({ resource, patient: patientOf(resource) })

function partOf(about: About | undefined, world: PatientWorld, lenses: NounLenses): Part | undefined {
  if (!about || world.cases.size === 0) return undefined
  const { resource, patient = '' } = about
  const caseId = ownerOf(resource, world, lenses)
  const lens = caseId === undefined ? undefined : lenses.fitting(resource)
  return caseId === undefined || !lens
    ? undefined
    : { caseId, patient, noun: lens.noun, state: lens.read(resource) }
}

/** A case comes before its parts and goes after them, so that a reader never meets a part without its whole. */
function entriesOf(moves: readonly Moved[], said: readonly DomainEvent[]): readonly JournalEntry[] {
  const sorted = moves.toSorted((a, b) => rank(a) - rank(b))
  const counts = new Map<string, number>()
  return sorted.flatMap(move =>
    eventsOf(move, said).map(({ part, event }) => {
      const { key, version, recorded } = move.change
      const text = `${keyText(key)}/_history/${version}`
      const number = (counts.get(text) ?? 0) + 1
      counts.set(text, number)
      return {
        id: `${text}#${String(number).padStart(2, '0')}`,
        caseId: part.caseId,
        patient: part.patient,
        event,
        recorded,
        resource: move.resource,
      }
    }),
  )
}

const rank = ({ before, after }: Moved): number => ((after ?? before)?.noun !== 'case' ? 1 : after ? 0 : 2)

interface Told {
  readonly part: Part
  readonly event: DomainEvent
}

/** What ended for one case, then what came to be or changed. */
function eventsOf({ before, after }: Moved, said: readonly DomainEvent[]): readonly Told[] {
  const stays = before && after && before.caseId === after.caseId && before.noun === after.noun
  const gone = before && !stays ? [{ part: before, event: deletionOf(before) }] : []
  return after ? [...gone, ...told(stays ? before.state : undefined, after, said)] : gone
}

const deletionOf = (part: Part): DomainEvent => ({
  ...eventOf(part, nounEvents(part.noun).deleted, {}),
  isDeleted: true,
})

/** The command's own events, then whatever they leave unsaid. */
function told(before: State | undefined, part: Part, said: readonly DomainEvent[]): readonly Told[] {
  const { noun, state } = part
  const own = ownEvents(before, part, said)
  const folded = own.reduce<State | undefined>((held, { changes }) => applied(held, changes), before)
  const rest = changesBetween(folded, state)
  const explained = own.map(event => ({ part, event }))
  if (Object.keys(rest).length === 0) return explained
  const type = own.length > 0 ? nounEvents(noun).revised : eventName(noun, before?.state, state.state)
  const recalled = own.length > 0 ? [] : recalledBy(before, part)
  return [
    ...explained,
    { part, event: eventOf(part, type, rest) },
    ...recalled.map(event => ({ part, event })),
  ]
}

/** A consent that a FHIR client or a peer takes back recalls what was shared on it, as RevokeConsent does. */
const recalledBy = (before: State | undefined, { noun, state }: Part): readonly DomainEvent[] =>
  noun === 'consent' && before && (state.state === 'revoked' || state.state === 'entered-in-error')
    ? sharesRecalled(before as Consent)
    : []

/** What the command says of this noun; with what it is born it says all fields, the id too. */
function ownEvents(
  before: State | undefined,
  { noun, state }: Part,
  said: readonly DomainEvent[],
): readonly DomainEvent[] {
  const own = said.filter(event => event.noun === noun && event.id === state.id)
  if (before) return own
  const born = { id: state.id }
  return own.map((event, i) =>
    i === 0 ? ({ ...event, changes: { ...event.changes, ...born } } as DomainEvent) : event,
  )
}

const applied = (state: State | undefined, changes: object): State => {
  const merged = Object.entries({ ...state, ...changes }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(merged) as unknown as State
}

const eventOf = ({ noun, state }: Part, type: string, changes: object): DomainEvent => ({
  type,
  noun,
  id: state.id,
  changes,
})
