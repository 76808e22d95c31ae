import { shardInId } from '../../lib/ids.ts'
import type { Calendar } from '../../lib/business-days.ts'
import { assert } from '../../lib/assert.ts'
import { rememberedBy } from '../../lib/remembered-lists.ts'
import { fail, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import type { CaseRules } from '../../care-plan/case/case-rules.ts'
import type { ModelLookup } from '../../care-plan/models/model-profile.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'
import { sameResource } from '../../fhir/same-resource.ts'
import type { BedEvent, MappedEvent } from '../../mappers/adt/events/adt-event.ts'
import { applyMessage, type AppliedMessage } from '../../mappers/adt/apply-message.ts'
import type { Derived } from '../../mappers/adt/resources/derived.ts'
import type { Person } from '../../mappers/adt/identity/derive-cluster.ts'
import { unmergedReviews } from '../../mappers/adt/identity/work-since-merge.ts'
import { provenanceFor } from '../../mappers/adt/resources/provenance.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import {
  caseEffects,
  type CaseEffects,
  type CaseEffectsInput,
} from '../../mappers/case/effects/case-effects.ts'
import { dutyTypes } from '../../mappers/case/effects/duty-files.ts'
import { withCaseEffect } from '../../mappers/case/lenses/encounter-lens.ts'
import { decideCluster, recordAfter, type ClusterDecision } from './decide-cluster.ts'
import type { Decision, Put, View } from './prepared.ts'
import { noting, quietCases } from './quiet-cases.ts'
import { mergedRegisters } from './work-since.ts'

export interface DecideOptions {
  /** The own FHIR base: references that begin with it are local. */
  readonly base?: string
  readonly settings: SourceSettings
  readonly rules: CaseRules
  /** The registry of models. */
  readonly models: ModelLookup
  readonly calendar: Calendar
  /** Every fault of a resource, as far as it isn't what stands; an output that has one is not written. */
  readonly validate: (resource: unknown, standing?: Resource) => readonly FailureIssue[]
}

/** What case management looks at beside the stays. */
export const CARE_TYPES: readonly string[] = [
  ...['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'Goal', 'Flag'],
  ...dutyTypes,
]

/** All events of one message as one decision: everything of it is written, or nothing. */
export function decideEvents(
  events: readonly MappedEvent[],
  view: View,
  options: DecideOptions,
): Result<Decision> {
  const [event] = events
  assert(event !== undefined, 'a message has an event')
  const applied = applyMessage(events, { get: view.get, facts: view.facts, said: view.saidOf })
  const decided = withConsequences(applied, { message: event.messageUri, view, options })
  const changes = withProvenance(event, [...decided.changed.values()], view)
  const { turned } = decided
  const own = turned.size === 0 ? changes : changes.filter(({ resource }) => !turned.has(keyOf(resource)))
  const invalid = firstInvalid(own, options.validate)
  if (invalid) return fail(invalid)
  const { facts, waits, issues, flags, refused } = applied
  return ok({
    puts: changes.map(({ resource }) => putOf(resource, view)),
    facts: [...facts, ...decided.facts],
    said: [...applied.said, ...decided.said],
    flags: [
      ...[...new Set(decided.doubtful.map(key => `changed-since-merge:${key.slice(0, key.indexOf('/'))}`))],
      ...flags,
      ...issues.map(({ code, expression }) => `${code}:${expression}`),
    ].slice(0, FLAGS_MAX),
    waits,
    ...(refused && { refused }),
    at: event.effective.instant,
  })
}

/** An operator needs the first few; the message itself has the rest. */
const FLAGS_MAX = 5

interface DecideFrame {
  /** `meta.source` of what changes. */
  readonly message: string
  readonly view: View
  readonly options: DecideOptions
}

type Decided = Pick<ClusterDecision, 'changed' | 'said' | 'facts' | 'turned' | 'doubtful'>

/** What was said leads to this, with what follows for the cases of everyone concerned. */
export function withConsequences(applied: AppliedMessage, frame: DecideFrame): Decided {
  if (applied.cluster.length === 0) {
    const changed = new Map(applied.resources.map(resource => [keyOf(resource), resource]))
    for (const person of applied.persons) {
      const compartment = compartmentAfter(standingOf(person.patient, frame.view), [...changed.values()])
      layOwn(person, compartment, changed, frame)
    }
    return { changed, said: [], facts: [], turned: new Set(), doubtful: [] }
  }
  const { settings, base } = frame.options
  const own = base === undefined ? {} : { base }
  const decision = decideCluster(applied, frame.view, {
    ...{ tenant: settings.tenant, canonicalBase: settings.canonicalBase },
    ...{ message: frame.message, ...own },
  })
  const changed = new Map(decision.changed)
  for (const person of applied.persons) {
    const compartment = recordAfter(person.patient, applied.cluster, {
      ...{ view: frame.view, changed, types: CARE_TYPES, ...own },
    })
    const found = unmergedReviews(person.patient, {
      ...{ identity: applied.after.identity, facts: decision.facts },
    })
    const known = { ...person, identityReviews: [...(person.identityReviews ?? []), ...found] }
    lay(effectsOf(known, { ...frame, compartment, ...decision.casesOf(person.patient) }), changed, frame)
  }
  const { facts, turned, doubtful } = decision
  const marks = mergedRegisters(applied, {
    ...{ tenant: settings.tenant, canonicalBase: settings.canonicalBase, view: frame.view, changed },
  })
  return { changed, said: [...decision.said, ...marks], facts, turned, doubtful }
}

function effectsOf(
  person: Person,
  { message, options, ...about }: DecideFrame & Pick<CaseEffectsInput, 'compartment' | 'persons' | 'shardOf'>,
): CaseEffects {
  const { settings, rules, calendar, models } = options
  const { patient, shard, stays, deceased, thoughtDead, deletedPerson, changes, payers, identityReviews } =
    person
  const { compartment, persons, shardOf } = about
  return caseEffects({
    ...{ tenant: settings.tenant, canonicalBase: settings.canonicalBase, timeZone: settings.timeZone },
    ...{ patient, shard, stays, compartment, rules, models, calendar },
    ...(deceased && { deceased }),
    ...(thoughtDead && { thoughtDead }),
    ...(deletedPerson && { deletedPerson }),
    ...(identityReviews && { identityReviews }),
    ...(changes && { changes }),
    ...(payers && { payers }),
    ...(persons && { persons }),
    ...(shardOf && { shardOf }),
    message,
  })
}

const quietUnder = rememberedBy((_options: DecideOptions) => quietCases())

/** What follows for the cases of somebody who was never merged; nothing where nothing followed of the very same. */
function layOwn(
  person: Person,
  compartment: readonly Resource[],
  changed: Map<string, Derived>,
  frame: DecideFrame,
): void {
  const { options, view } = frame
  const encounterOf = (id: string): Resource | undefined =>
    changed.get(`Encounter/${id}`) ?? view.get({ type: 'Encounter', id })
  const looked = { person, compartment, models: options.models, encounterOf }
  const quiet = quietUnder(options)
  if (quiet.has(looked)) return
  const noted = noting(person, options.models)
  const effects = effectsOf(noted.person, {
    ...{ ...frame, options: { ...options, models: noted.models } },
    compartment,
  })
  if (!lay(effects, changed, frame)) quiet.keep(looked, noted.asked)
}

/** Lays what case management derives over what has changed, and what it says of the Encounters into them. False when that changes nothing. */
function lay(effects: CaseEffects, changed: Map<string, Derived>, { view, options }: DecideFrame): boolean {
  let isChange = effects.resources.length > 0
  for (const resource of effects.resources) changed.set(keyOf(resource), resource)
  for (const effect of effects.encounters) {
    const key: ResourceKey = { type: 'Encounter', id: effect.encounter }
    const standing = changed.get(`Encounter/${effect.encounter}`) ?? view.get(key)
    if (!standing) continue
    const seen = withCaseEffect(standing, effect, options.settings.canonicalBase)
    if (seen === standing) continue
    changed.set(`Encounter/${effect.encounter}`, { ...seen, id: effect.encounter })
    isChange = true
  }
  return isChange
}

/** The patient is known by key, the rest by type. */
function standingOf(id: string, view: View): readonly Resource[] {
  const patient = view.get({ type: 'Patient', id })
  const record = view.compartment(id, CARE_TYPES)
  return patient ? [patient, ...record] : record
}

/** What stands once the message's own resources do: a diagnosis told with a discharge counts for it. */
function compartmentAfter(standing: readonly Resource[], changed: readonly Derived[]): readonly Resource[] {
  const relevant = changed.filter(
    ({ resourceType }) => resourceType === 'Patient' || CARE_TYPES.includes(resourceType),
  )
  if (relevant.length === 0) return standing
  const byKey = new Map(relevant.map(resource => [keyOf(resource), resource]))
  const others = standing.filter(({ resourceType, id }) => !byKey.has(`${resourceType}/${id ?? ''}`))
  return [...others, ...relevant]
}

/** A resource as it has to be, and as it stands. */
interface Change {
  readonly resource: Derived
  readonly standing?: Resource | undefined
}

/** One Provenance for all that a message changes, none when it changes nothing. */
export function withProvenance(
  event: MappedEvent | BedEvent,
  derived: readonly Derived[],
  view: View,
): readonly Change[] {
  const changed = derived
    .map(resource => ({ resource, standing: view.get({ type: resource.resourceType, id: resource.id }) }))
    .filter(({ resource, standing }) => !standing || !sameResource(standing, resource))
  if (changed.length === 0) return []
  const provenance = provenanceFor(
    event,
    changed.map(({ resource }) => keyOf(resource)),
  )
  return [...changed, { resource: provenance }]
}

const keyOf = ({ resourceType, id }: Derived): string => `${resourceType}/${id}`

/** Every id that a message derives carries its shard; what people wrote stays where it stands. */
export function putOf(resource: Derived, { get }: Pick<View, 'get'>): Put {
  const { resourceType: type, id } = resource
  const shard = shardInId(id) ?? (get({ type, id }) ? 0 : undefined)
  assert(shard !== undefined, 'a derived id carries its shard')
  return { resource, shard }
}

export function firstInvalid(
  changes: readonly Change[],
  validate: DecideOptions['validate'],
): Failure | undefined {
  for (const { resource, standing } of changes) {
    const fault = validate(resource, standing).find(
      ({ severity }) => severity === 'error' || severity === 'fatal',
    )
    if (!fault) continue
    return {
      kind: 'unprocessable',
      code: 'mapped-resource-invalid',
      message: 'What the message maps to is no valid FHIR; it is kept and can be replayed after an upgrade.',
      expression: fault.expression ?? resource.resourceType,
    }
  }
  return undefined
}
