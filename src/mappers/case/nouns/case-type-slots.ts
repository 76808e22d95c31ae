import type { ModelPeriod } from '../../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { recordExtensions } from './part-slots.ts'

/** The case type: the first coding of its system in EpisodeOfCare.type; a new one comes first. */
export const caseTypeSlot = ({ caseType }: CaseNames): Slot<string> => ({
  get: resource => textOf(codingIn(resource, caseType)?.['code']) ?? '',
  set: (resource, code) => withCoding(resource, { system: caseType, code }, 0),
})

/**
 * The models of the case: an extension for each period, and the present one as a coding in EpisodeOfCare.type (the second
 * of a case). Who changes only the coding has switched the model.
 */
export function modelsSlot(names: CaseNames): Slot<readonly ModelPeriod[]> {
  const system = names.codeSystem('model')
  const periods = recordExtensions<ModelPeriod>(names.extension('model-period'), {
    model: 'valueCode',
    version: 'valueString',
    since: 'valueDateTime',
    reason: 'valueString',
  })
  return {
    get: resource => {
      const given = periods.get(resource)
      const coding = codingIn(resource, system)
      const model = textOf(coding?.['code'])
      if (model === undefined) return given
      const version = textOf(coding?.['version'])
      const present = { model, ...(version !== undefined && { version }) }
      const last = given.at(-1)
      return sameValue(present, last && codedOf(last)) ? given : [...given, present]
    },
    set: (resource, models) => {
      const last = models.at(-1)
      const coded =
        last === undefined
          ? withoutCoding(resource, system)
          : withCoding(resource, { system, version: last.version, code: last.model }, 1)
      return sameValue(periods.get(coded), models) ? coded : periods.set(coded, models)
    },
  }
}

/** Whether EpisodeOfCare.type says the present model. */
export const hasModelCoding = (resource: Resource, names: CaseNames): boolean =>
  textOf(codingIn(resource, names.codeSystem('model'))?.['code']) !== undefined

const codedOf = ({ model, version }: ModelPeriod): object => ({ model, version })

const isOf =
  (system: string) =>
  (coding: unknown): coding is JsonObject =>
    isObject(coding) && coding['system'] === system

const codingIn = (resource: Resource, system: string): JsonObject | undefined =>
  listOf(resource['type'])
    .flatMap(type => listOf(objectOf(type)['coding']))
    .find(isOf(system))

interface WantedCoding {
  readonly system: string
  readonly code: string
  readonly version?: string | undefined
}

/** Puts a coding in the place of the one of its system; a new one is a type of its own at this place of the list. */
function withCoding(resource: Resource, { system, version, code }: WantedCoding, place: number): Resource {
  const coding = { system, ...(version !== undefined && { version }), code }
  const types = listOf(resource['type'])
  const at = types.findIndex(type => listOf(objectOf(type)['coding']).some(isOf(system)))
  const type = types[at]
  if (!isObject(type)) return withElement(resource, 'type', types.toSpliced(place, 0, { coding: [coding] }))
  const codings = listOf(type['coding'])
  const next = codings.with(codings.findIndex(isOf(system)), coding)
  return withElement(resource, 'type', types.with(at, withElement(type, 'coding', next)))
}

/** A type that says nothing else goes with its coding. */
function withoutCoding(resource: Resource, system: string): Resource {
  const types = listOf(resource['type']).flatMap(type => {
    const codings = listOf(objectOf(type)['coding'])
    if (!isObject(type) || !codings.some(isOf(system))) return [type]
    const left = withElement(
      type,
      'coding',
      codings.filter(coding => !isOf(system)(coding)),
    )
    return Object.keys(left).length === 0 ? [] : [left]
  })
  return withElement(resource, 'type', types)
}
