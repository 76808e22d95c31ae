import { shardInId } from '../../lib/ids.ts'
import { instantOf, type Clock } from '../../lib/clock.ts'
import type { Calendar } from '../../lib/business-days.ts'
import { assert } from '../../lib/assert.ts'
import { fail, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import type { CaseRules } from '../../care-plan/case-rules.ts'
import type { ModelLookup } from '../../care-plan/model-profile.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'
import { sameResource } from '../../fhir/same-resource.ts'
import type { BedEvent, MappedEvent } from '../../mappers/adt/adt-event.ts'
import { applyAdt, type Applied } from '../../mappers/adt/apply-adt.ts'
import { applyBedStatus } from '../../mappers/adt/bed-status.ts'
import { needs } from '../../mappers/adt/needs.ts'
import { provenanceFor } from '../../mappers/adt/provenance.ts'
import { readAdtEvent } from '../../mappers/adt/read-event.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { caseEffects, type CaseEffects } from '../../mappers/case/case-effects.ts'
import { dutyTypes } from '../../mappers/case/duty-files.ts'
import { withCaseEffect } from '../../mappers/case/encounter-lens.ts'
import type { InboundRecord } from './inbound.ts'
import { noNeeds, type Decision, type Needs, type Put, type View } from './prepared.ts'
import type { Interpret, Interpreted } from './read-record.ts'

export interface InterpretOptions {
  readonly settings: SourceSettings
  readonly rules: CaseRules
  /** The registry of models. */
  readonly models: ModelLookup
  readonly calendar: Calendar
  readonly clock: Clock
  /** Every fault of a resource; an output that has one is not written. */
  readonly validate: (resource: unknown) => readonly FailureIssue[]
}

type Derived = Resource & { readonly id: string }

/** What case management looks at beside the stays. */
const CARE_TYPES = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'Goal', 'Flag', ...dutyTypes]

/** ADT as the engine sees it: what a message needs to know, and what it comes to (mappers/adt, then mappers/case). */
export function interpretAdt(options: InterpretOptions): Interpret {
  return (message, record) => {
    const read = readAdtEvent(message, options.settings, receivedAt(record, options.clock))
    if (!read.ok) return { needs: noNeeds, effect: { kind: 'dead-letter', failure: read.failure } }
    const { source, controlId, trigger } = read.value
    const name = { source, messageId: controlId, trigger }
    if (read.value.kind === 'ignored') {
      return { name, needs: noNeeds, effect: { kind: 'ignored', failure: notMapped(read.value.reason) } }
    }
    if (read.value.kind === 'bed') return interpretBed(name, read.value, options)
    const event = read.value
    const decide = (view: View): Result<Decision> => decideEvent(event, view, options)
    const visit = event.visit && { visit: event.visit.id }
    return {
      name,
      subject: event.patient.id,
      ...visit,
      needs: needsOf(event),
      effect: { kind: 'decide', decide },
    }
  }
}

/** The state of a bed: of no patient, and nothing for case management. */
function interpretBed(
  name: NonNullable<Interpreted['name']>,
  event: BedEvent,
  options: InterpretOptions,
): Interpreted {
  const { bed, directory } = event
  const keys = directory.map(({ resourceType, id }) => ({ type: resourceType, id }))
  const decide = (view: View): Result<Decision> => {
    const { register, resources } = applyBedStatus(event, { said: view.saidOf(bed.id), get: view.get })
    const changed = withProvenance(event, resources, view)
    const invalid = firstInvalid(changed, options.validate)
    if (invalid) return fail(invalid)
    return ok({
      puts: changed.map(putOf),
      facts: [],
      said: [{ subject: bed.id, scope: '', body: register }],
      flags: [],
      waits: false,
      at: event.effective.instant,
    })
  }
  return { name, needs: { ...noNeeds, keys, subjects: [bed.id] }, effect: { kind: 'decide', decide } }
}

const receivedAt = ({ timestampMs }: InboundRecord, clock: Clock): string =>
  instantOf(timestampMs !== undefined && timestampMs > 0 ? timestampMs : clock.nowMs())

const notMapped = (code: string): Failure => ({
  kind: 'unsupported',
  code,
  message: 'The event is not mapped; the message is kept and can be driven again when it is.',
  expression: 'MSH-9',
})

function needsOf(event: MappedEvent): Needs {
  const { keys, compartments, subjects } = needs(event)
  const types = [...new Set([...compartments.types, ...CARE_TYPES])]
  return { keys, types, patients: [event.patient.id], subjects }
}

function decideEvent(event: MappedEvent, view: View, options: InterpretOptions): Result<Decision> {
  const { patient } = event
  const applied = applyAdt(event, {
    said: view.saidOf(patient.id),
    facts: view.facts(patient.id),
    get: view.get,
  })
  const effects = effectsOf(event, applied, view, options)
  const derived = withEncounters(applied.resources, effects, view, options)
  const resources = withProvenance(event, derived, view)
  const invalid = firstInvalid(resources, options.validate)
  if (invalid) return fail(invalid)
  const { facts, waits, issues } = applied
  return ok({
    puts: resources.map(putOf),
    facts,
    said: [...applied.said].map(([scope, body]) => ({ subject: patient.id, scope, body })),
    flags: issues.slice(0, FLAGS_MAX).map(({ code, expression }) => `${code}:${expression}`),
    waits,
    at: event.effective.instant,
  })
}

/** An operator needs the first few; the message itself has the rest. */
const FLAGS_MAX = 5

function effectsOf(event: MappedEvent, applied: Applied, view: View, options: InterpretOptions): CaseEffects {
  const { settings, rules, calendar, models } = options
  const { id, shard } = event.patient
  return caseEffects({
    tenant: settings.tenant,
    shard,
    canonicalBase: settings.canonicalBase,
    patient: id,
    stays: applied.stays,
    ...(applied.deceased && { deceased: applied.deceased }),
    ...(applied.thoughtDead && { thoughtDead: applied.thoughtDead }),
    ...(applied.deletedPerson && { deletedPerson: applied.deletedPerson }),
    compartment: compartmentAfter(standingOf(id, view), applied.resources),
    rules,
    models,
    calendar,
    timeZone: settings.timeZone,
    message: event.messageUri,
  })
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

/** What the message changes, with what case management says about the patient's Encounters laid in. */
function withEncounters(
  mapped: readonly Derived[],
  effects: CaseEffects,
  view: View,
  { settings }: InterpretOptions,
): readonly Derived[] {
  const byKey = new Map([...mapped, ...effects.resources].map(resource => [keyOf(resource), resource]))
  for (const effect of effects.encounters) {
    const key: ResourceKey = { type: 'Encounter', id: effect.encounter }
    const standing = byKey.get(`Encounter/${effect.encounter}`) ?? view.get(key)
    if (!standing) continue
    const seen = withCaseEffect(standing, effect, settings.canonicalBase)
    if (seen !== standing) byKey.set(`Encounter/${effect.encounter}`, { ...seen, id: effect.encounter })
  }
  return [...byKey.values()]
}

/** One Provenance for all that a message changes, none when it changes nothing. */
function withProvenance(
  event: MappedEvent | BedEvent,
  derived: readonly Derived[],
  view: View,
): readonly Derived[] {
  const changed = derived.filter(resource => {
    const standing = view.get({ type: resource.resourceType, id: resource.id })
    return !standing || !sameResource(standing, resource)
  })
  return changed.length === 0 ? [] : [...changed, provenanceFor(event, changed.map(keyOf))]
}

const keyOf = ({ resourceType, id }: Derived): string => `${resourceType}/${id}`

/** Every id that a message derives carries its shard. */
function putOf(resource: Derived): Put {
  const shard = shardInId(resource.id)
  assert(shard !== undefined, 'a derived id carries its shard')
  return { resource, shard }
}

function firstInvalid(
  resources: readonly Derived[],
  validate: InterpretOptions['validate'],
): Failure | undefined {
  for (const resource of resources) {
    const fault = validate(resource).find(({ severity }) => severity === 'error' || severity === 'fatal')
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
