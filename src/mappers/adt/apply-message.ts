import type { Failure } from '../../lib/result.ts'
import type { Json, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { MappedEvent } from './events/adt-event.ts'
import { applyAdt, type Applied } from './apply-adt.ts'
import type { Derived } from './resources/derived.ts'
import type { Fact } from './events/fact.ts'
import {
  applyCluster,
  nobodyTied,
  waits,
  type ClusterChange,
  type ClusterSide,
} from './identity/apply-cluster.ts'
import type { Person } from './identity/derive-cluster.ts'
import { isIdentityFact } from './identity/identity-fact.ts'
import { clusterOf, identityOf, nobodyMerged, type Identity } from './identity/identity.ts'
import { otherNumbers } from './identity/other-numbers.ts'
import { numberedVisit, type Numbered } from './identity/numbered-visit.ts'
import { contextsFor, directoryChanges } from './events/event-parts.ts'
import type { MappingIssue } from './map-context.ts'
import { messageFlags } from './events/message-flags.ts'
import { registerOf, tell } from './registers/registers.ts'
import { takeIn } from './registers/take-in.ts'

/** What stands before a message; `needs` says what must be in it. */
export interface World {
  readonly get: (key: ResourceKey) => Resource | undefined
  readonly facts: (subject: string) => readonly Fact[]
  /** Registers of a subject by scope: '', Encounter ids, and what begins with `#`. */
  readonly said: (subject: string) => ReadonlyMap<string, Json>
}

export interface SaidNow {
  readonly subject: string
  readonly scope: string
  readonly body: Json
}

/** What a message comes to, for all patients of whom it speaks. */
export interface AppliedMessage {
  readonly facts: readonly Fact[]
  readonly said: readonly SaidNow[]
  /** Resources that change, whole. */
  readonly resources: readonly Derived[]
  /** Patients whose cases are to be looked at, with every visit of theirs. */
  readonly persons: readonly Person[]
  /** Everyone concerned, and who was and is who among them; empty where nobody was ever merged or moved. */
  readonly cluster: readonly string[]
  readonly before: ClusterSide
  readonly after: ClusterSide
  /** It is a cancel whose target has not come yet, or something of people whom nobody knows yet. */
  readonly waits: boolean
  readonly issues: readonly MappingIssue[]
  /** What an operator should know beside them, `code:field`. */
  readonly flags: readonly string[]
  /**
   * `merge-cycle` (MRG-1) when, in the order in which sources recorded them, all that it merges leads back to where it came
   * from. It is taken in like any other, so that it makes no difference which of two such merges came first, and is without
   * effect until the other is taken back.
   */
  readonly refused?: Failure
}

/** Takes in every event of one message, each over what the one before led to. */
export function applyMessage(events: readonly MappedEvent[], world: World): AppliedMessage {
  const layer = layerOver(world)
  const persons = new Map<string, Person>()
  const cluster = new Set<string>()
  const issues = new Map<string, MappingIssue>()
  const flags = new Set<string>()
  let isWaiting = false
  let isRefused = events.length > 0
  let [before, after] = [nobodyTied, nobodyTied]
  for (const event of events) {
    const value = applyEvent(event, layer)
    layer.add(value)
    for (const subject of value.cluster) {
      cluster.add(subject)
      persons.delete(subject)
    }
    if (value.sides) {
      before = joinedSides(value.sides.before, before)
      after = joinedSides(after, value.sides.after)
    }
    for (const person of value.persons) persons.set(person.patient, person)
    for (const issue of value.issues) issues.set(`${issue.code} ${issue.expression}`, issue)
    for (const flag of [...messageFlags(event), ...value.flags]) flags.add(flag)
    isWaiting ||= value.waits
    isRefused &&= value.isRefused === true
  }
  const subjects = [...cluster]
  return {
    ...layer.added(),
    persons: [...persons.values()],
    cluster: subjects,
    before: { ...before, identity: identityIn(subjects, world) },
    after: { ...after, identity: identityIn(subjects, layer) },
    waits: isWaiting,
    issues: [...issues.values()],
    flags: [...flags].filter(flag => !isRefused || flag !== REFUSED),
    ...(isRefused && { refused: mergeCycle }),
  }
}

const REFUSED = 'merge-cycle:MRG-1'

const identityIn = (subjects: readonly string[], { facts }: Pick<World, 'facts'>): Identity =>
  subjects.length === 0 ? nobodyMerged : identityOf(subjects.flatMap(facts))

/** Of several groups of one message; what the later argument says of a visit holds. */
const joinedSides = (a: ClusterSide, b: ClusterSide): ClusterSide => ({
  identity: b.identity,
  holders: new Map([...a.holders, ...b.holders]),
  computed: new Set([...a.computed, ...b.computed]),
})

interface AppliedEvent extends Pick<
  AppliedMessage,
  'facts' | 'said' | 'resources' | 'persons' | 'waits' | 'issues' | 'flags'
> {
  readonly cluster: readonly string[]
  /** What it merges leads back. */
  readonly isRefused?: boolean
  readonly sides?: { readonly before: ClusterSide; readonly after: ClusterSide }
}

function applyEvent(event: MappedEvent, world: World): AppliedEvent {
  const { patient, prior } = event
  const numbers = otherNumbers(event, world)
  const numbered = withNumbers(numberedVisit(event, world), numbers)
  const identity = [...event.identity, ...numbered.facts]
  const named = [
    ...new Set([
      patient.id,
      ...(prior ? [prior.patient.id] : []),
      ...identity.flatMap(({ subject }) => subject),
    ]),
  ]
  const known = (subject: string): readonly Fact[] => world.facts(subject)
  const subjects = clusterOf(named, known)
  const isAlone = subjects.length === 1 && identity.length === 0 && !known(patient.id).some(isIdentityFact)
  if (!isAlone) return joinedEvent(event, { world, subjects, identity, numbered })
  const applied = applyAdt(event, { said: world.said(patient.id), facts: known(patient.id), get: world.get })
  return {
    ...applied,
    facts: [...applied.facts, ...numbered.claims],
    said: [
      ...[...applied.said].map(([scope, body]) => ({ subject: patient.id, scope, body })),
      ...numbered.said,
    ],
    persons: [personOf(event, applied)],
    cluster: [],
    flags: numbered.flags,
  }
}

const personOf = (
  { patient }: MappedEvent,
  { stays, deceased, thoughtDead, deletedPerson, changes, payers }: Applied,
): Person => ({
  ...{ patient: patient.id, shard: patient.shard, stays },
  ...(deceased && { deceased }),
  ...(thoughtDead && { thoughtDead }),
  ...(deletedPerson && { deletedPerson }),
  ...(changes.length > 0 && { changes }),
  payers,
})

const withNumbers = (visit: Numbered, { facts, said }: ReturnType<typeof otherNumbers>): Numbered =>
  facts.length + said.length === 0
    ? visit
    : { ...visit, facts: [...visit.facts, ...facts], said: [...visit.said, ...said] }

interface Joining {
  readonly world: World
  readonly subjects: readonly string[]
  /** Identity facts of the message. */
  readonly identity: readonly Fact[]
  readonly numbered: Numbered
}

/** A message about patients who are, were or become tied together: all of them are computed anew. */
function joinedEvent(event: MappedEvent, joining: Joining): AppliedEvent {
  const { world, subjects } = joining
  const issues = new Map<string, MappingIssue>()
  const taken = takenIn(event, joining)
  const change: ClusterChange = {
    tenant: event.context.settings.tenant,
    canonicalBase: event.context.settings.canonicalBase,
    subjects,
    was: subject => ({ facts: world.facts(subject), said: world.said(subject) }),
    now: subject => ({
      facts: [...world.facts(subject), ...taken.facts.filter(fact => fact.subject === subject)],
      said: new Map([
        ...world.said(subject),
        ...taken.said
          .filter(said => said.subject === subject)
          .map(({ scope, body }) => [scope, body] as const),
      ]),
    }),
    contexts: contextsFor(event, issues),
    get: world.get,
    message: event.messageUri,
  }
  const applied = applyCluster(change)
  const cycle = refusedNow(event, applied)
  const hasIdentity = taken.facts.some(({ kind }) => kind !== 'movement' && kind !== 'cancel')
  return {
    ...taken,
    facts: [...taken.facts, ...joining.numbered.claims],
    said: [...taken.said, ...joining.numbered.said],
    resources: [...directoryChanges(event, world), ...applied.resources],
    persons: applied.persons,
    cluster: subjects,
    sides: applied,
    waits: hasIdentity || waits(event, taken.facts, change),
    issues: [...issues.values()],
    flags: [...joining.numbered.flags, ...(cycle ? [REFUSED] : [])],
    isRefused: cycle === 'own',
  }
}

export const mergeCycle: Failure = {
  kind: 'unprocessable',
  code: 'merge-cycle',
  message: 'The patient in PID was merged into the one in MRG-1 before; take that back (A37) first',
  expression: 'MRG-1',
}

/** Whether a merge has no effect: that of this message, whenever that was found, or by it one that was recorded later. */
function refusedNow(
  { identity, stamp }: MappedEvent,
  sides: { readonly before: ClusterSide; readonly after: ClusterSide },
): 'own' | 'other' | undefined {
  const [before, after] = [sides.before.identity, sides.after.identity]
  if (identity.length === 0 || after.refused.size === 0) return undefined
  const isOwn = identity.some(fact =>
    [...after.refused].some(one => one.stamp === stamp && fact.kind === one.kind),
  )
  if (isOwn) return 'own'
  return after.refused.size > before.refused.size ? 'other' : undefined
}

/** Facts and registers with what the message says, and the register of each patient concerned: whoever decides beside us decides again. */
function takenIn(
  event: MappedEvent,
  { world, subjects, identity }: Joining,
): { readonly facts: readonly Fact[]; readonly said: readonly SaidNow[] } {
  const { patient, prior, source, stamp } = event
  const told = takeIn(event, { said: world.said(patient.id), facts: world.facts(patient.id) })
  const fresh = identity.filter(({ id, subject }) => !world.facts(subject).some(fact => fact.id === id))
  const said = new Map<string, SaidNow>()
  for (const subject of subjects)
    said.set(subject, { subject, scope: '', body: registerOf(world.said(subject).get('')) })
  for (const [scope, body] of told.said)
    said.set(scope === '' ? patient.id : `${patient.id} ${scope}`, { subject: patient.id, scope, body })
  if (prior) {
    const { id } = prior.patient
    const register = registerOf(said.get(id)?.body)
    said.set(id, { subject: id, scope: '', body: tell(register, source, stamp, prior.fields) })
  }
  return { facts: [...told.facts, ...fresh], said: [...said.values()] }
}

interface Layer extends World {
  readonly add: (applied: AppliedEvent) => void
  readonly added: () => Pick<AppliedMessage, 'facts' | 'said' | 'resources'>
}

/** What stands with the effects of earlier events of the same message laid over it. */
function layerOver(world: World): Layer {
  const facts = new Map<string, Fact>()
  const said = new Map<string, SaidNow>()
  const resources = new Map<string, Derived>()
  return {
    get: key => resources.get(`${key.type}/${key.id}`) ?? world.get(key),
    facts: subject => {
      const own = [...facts.values()].filter(fact => fact.subject === subject)
      return own.length === 0 ? world.facts(subject) : [...world.facts(subject), ...own]
    },
    said: subject => {
      const own = [...said.values()].filter(one => one.subject === subject)
      if (own.length === 0) return world.said(subject)
      return new Map([...world.said(subject), ...own.map(({ scope, body }) => [scope, body] as const)])
    },
    add: applied => {
      for (const fact of applied.facts) facts.set(fact.id, fact)
      for (const one of applied.said) said.set(`${one.subject} ${one.scope}`, one)
      for (const resource of applied.resources)
        resources.set(`${resource.resourceType}/${resource.id}`, resource)
    },
    added: () => ({
      facts: [...facts.values()],
      said: [...said.values()],
      resources: [...resources.values()],
    }),
  }
}
