import type { PlanDefinition } from '@medplum/fhirtypes'
import type { Result } from '../../../lib/result.ts'
import type { CadencePhase, ModelProfile } from '../../../care-plan/models/model-profile.ts'
import { wholeModel } from '../../../care-plan/models/model-life.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import { lensOf, type Lens, type Slot } from './lens.ts'
import { modelActions } from './model-actions.ts'
import type { CaseNames } from '../names.ts'
import {
  codeExtensions,
  plainExtension,
  readPlainParts,
  withRows,
  writePlainParts,
  type PlainParts,
} from './number-parts.ts'
import { asResource, extensionOf, textAt, withExtension } from './slots.ts'

type Fields = { readonly [K in keyof ModelProfile]-?: ModelProfile[K] | undefined }

export interface ModelLens {
  /** Whether a resource is the face of a model: a PlanDefinition under our URL. */
  readonly is: (resource: Resource) => boolean
  /** Failure: `model-invalid` when it isn't a whole model. */
  readonly read: (resource: Resource) => Result<ModelProfile>
  /** Touches only what differs; `write(r, read(r))` is r itself. */
  readonly write: (resource: Resource, profile: ModelProfile) => Resource & { readonly id: string }
  /** The resource of a version that is born. */
  readonly blank: (id: string) => Resource
}

const PLAN_TYPES = 'http://terminology.hl7.org/CodeSystem/plan-definition-type'

/** The type that the PlanDefinitions of models have; searched by. */
export const MODEL_TYPE = 'workflow-definition'

/**
 * A model in its PlanDefinition (domain.md 4.4): url, version, status, title, description, and what R4 has no element for
 * in extensions `model-*`. Its actions say the duties for readers who don't know the extensions; they follow the profile,
 * and others' actions stay.
 */
export function modelLens(names: CaseNames): ModelLens {
  const lens: Lens<Fields> = lensOf<Fields>(slotsOf(names))
  const prefix = prefixOf(names)
  const read = (resource: Resource): Result<ModelProfile> => {
    const known = Object.entries(lens.read(resource)).filter(([, value]) => value !== undefined)
    return wholeModel(Object.fromEntries(known))
  }
  return {
    is: resource =>
      resource.resourceType === 'PlanDefinition' && textOf(resource['url'])?.startsWith(prefix) === true,
    read,
    write: (resource, profile) => {
      const written = lens.write(resource, { ...absent(lens, resource), ...profile })
      return asResource(written === resource ? resource : withActions(written, profile, names))
    },
    blank: id => {
      const blank: PlanDefinition = {
        resourceType: 'PlanDefinition',
        id,
        status: 'draft',
        type: { coding: [{ system: PLAN_TYPES, code: MODEL_TYPE }] },
      }
      return asResource(blank)
    },
  }
}

const absent = (lens: Lens<Fields>, resource: Resource): Fields =>
  Object.fromEntries(Object.keys(lens.read(resource)).map(name => [name, undefined])) as unknown as Fields

const prefixOf = ({ extension }: CaseNames): string =>
  extension('').replace(/StructureDefinition\/$/, 'PlanDefinition/')

function slotsOf(names: CaseNames): { readonly [K in keyof Fields]-?: Slot<Fields[K]> } {
  const url = (name: string): string => names.extension(`model-${name}`)
  const integer = (name: string) => plainExtension<number>(url(name), 'valueInteger')
  return {
    id: idSlot(prefixOf(names)),
    version: textAt('version'),
    state: statusSlot,
    title: textAt('title'),
    description: textAt('description'),
    ratio: plainExtension<number>(url('ratio'), 'valueDecimal'),
    cadence: cadenceSlot(url('cadence')) as Slot<Fields['cadence']>,
    firstContact: recordSlot(url('first-contact'), firstContactParts),
    planDueDays: integer('plan-due-days'),
    reviewDays: integer('review-days'),
    reassessDays: integer('reassess-days'),
    reassessGraceDays: integer('reassess-grace-days'),
    requiredDomains: codeExtensions(url('required-domain')) as Slot<Fields['requiredDomains']>,
    artefacts: codeExtensions(url('artefact')) as Slot<Fields['artefacts']>,
    delivery: plainExtension<ModelProfile['delivery']>(url('delivery'), 'valueCode'),
    missedService: missedServiceSlot(url('missed-service')),
    escalateAfterHours: integer('escalate-after-hours'),
    escalateWhen: codeExtensions(url('escalate-when')) as Slot<Fields['escalateWhen']>,
    fidelity: fidelitySlot(url('fidelity')),
  }
}

const idSlot = (prefix: string): Slot<string | undefined> => ({
  get: resource => {
    const url = textOf(resource['url'])
    return url?.startsWith(prefix) === true ? url.slice(prefix.length) : undefined
  },
  set: (resource, id) => withElement(resource, 'url', id === undefined ? undefined : prefix + id),
})

const images = { draft: 'draft', published: 'active', retired: 'retired' } as const

/** `unknown` is nothing that a case could begin under: a draft. */
const statusSlot: Slot<Fields['state']> = {
  get: resource =>
    resource['status'] === 'active' ? 'published' : resource['status'] === 'retired' ? 'retired' : 'draft',
  set: (resource, state = 'draft') => withElement(resource, 'status', images[state]),
}

const phaseParts: PlainParts<CadencePhase> = {
  everyDays: 'valueInteger',
  inPersonDays: 'valueInteger',
  times: 'valueInteger',
  perWeek: 'valueInteger',
}

function cadenceSlot(url: string): Slot<readonly CadencePhase[]> {
  const isOurs = (item: unknown): item is JsonObject => isObject(item) && item['url'] === url
  return {
    get: resource =>
      listOf(resource['extension'])
        .filter(isOurs)
        .map(row => readPlainParts(row, phaseParts)),
    set: (resource, phases) =>
      withRows(
        resource,
        url,
        phases.map(phase => ({ url, extension: writePlainParts(phase, phaseParts) })),
      ),
  }
}

const firstContactParts: PlainParts<ModelProfile['firstContact']> = {
  businessDays: 'valueInteger',
  sameDayWhenInpatient: 'valueBoolean',
}

const recordSlot = <V extends object>(url: string, parts: PlainParts<V>): Slot<V | undefined> => ({
  get: resource => {
    const extension = extensionOf(resource, url)
    return extension && readPlainParts(extension, parts)
  },
  set: (resource, value) =>
    withExtension(resource, url, value && { url, extension: writePlainParts(value, parts) }),
})

/** The parts of `within` stand beside the others, for an extension of an extension of an extension helps nobody. */
type FlatMissed = Omit<ModelProfile['missedService'], 'within'> &
  Partial<ModelProfile['missedService']['within']>

const missedParts: PlainParts<FlatMissed> = {
  count: 'valueInteger',
  unit: 'valueCode',
  adaptAfterMisses: 'valueInteger',
  accompanyNext: 'valueBoolean',
}

function missedServiceSlot(url: string): Slot<Fields['missedService']> {
  const flat = recordSlot<FlatMissed>(url, missedParts)
  return {
    get: resource => {
      const found = flat.get(resource)
      if (!found) return undefined
      const { count, unit, ...rest } = found
      return { ...rest, within: { count, unit } } as ModelProfile['missedService']
    },
    set: (resource, value) => flat.set(resource, value && { ...value, ...value.within }),
  }
}

const fidelityParts: PlainParts<ModelProfile['fidelity']> = {
  contactsPerWeek: 'valueDecimal',
  minutesPerWeek: 'valueDecimal',
  communityShare: 'valueDecimal',
  accompaniedShare: 'valueDecimal',
  strengthsPerGoal: 'valueInteger',
  loopClosureDays: 'valueInteger',
}

/** A model that measures nothing has no extension for it. */
function fidelitySlot(url: string): Slot<Fields['fidelity']> {
  const record = recordSlot(url, fidelityParts)
  return {
    get: resource => record.get(resource) ?? {},
    set: (resource, value) =>
      record.set(resource, value && Object.keys(value).length > 0 ? value : undefined),
  }
}

const withActions = (resource: Resource, profile: ModelProfile, names: CaseNames): Resource => {
  const isOurs = (row: unknown): boolean => extensionOf(objectOf(row), names.derived) !== undefined
  const others = listOf(resource['action']).filter(row => !isOurs(row))
  return withElement(resource, 'action', [...modelActions(profile, names), ...others])
}

/** The profiles that PlanDefinitions hold; what is none of ours, or no whole model, is left out. */
export const modelsIn = (resources: readonly Resource[], lens: ModelLens): readonly ModelProfile[] =>
  resources.filter(lens.is).flatMap(resource => {
    const read = lens.read(resource)
    return read.ok ? [read.value] : []
  })
