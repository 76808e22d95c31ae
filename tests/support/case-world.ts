import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { noModels } from '../../src/care-plan/models/model-profile.ts'
import type { Stay, StayMovement } from '../../src/care-plan/stays/stay.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import {
  caseEffects,
  type CaseEffects,
  type CaseEffectsInput,
} from '../../src/mappers/case/effects/case-effects.ts'
import { applyCaseLaw, type CaseLawInput } from '../../src/mappers/case/law/law.ts'
import type { Result } from '../../src/lib/result.ts'

export const CM = 'https://casewire.example/fhir'
const ZONE = 'America/New_York'
export const PATIENT = '5b7a9d3e-0000-8014-8000-000000000001'
const calendar = holidayCalendar('us-federal')

/** A movement `at` local New York summer time, recorded at the same time unless told otherwise. */
export function movement(
  kind: StayMovement['kind'],
  at: string,
  more: Partial<StayMovement> = {},
): StayMovement {
  const time = at.includes('T') ? at : `${at}T12:00:00`
  const full = /[Z+]|-\d\d:\d\d$/.test(time) ? time : `${time}-04:00`
  return {
    id: `${kind}-${at}`,
    kind,
    at: full,
    recorded: full,
    classAfter: 'inpatient',
    message: `urn:message:${kind}-${at}`,
    ...more,
  }
}

export const admission = (at: string, more: Partial<StayMovement> = {}): StayMovement =>
  movement('admission', at, more)

export const discharge = (
  at: string,
  disposition: string | undefined,
  more: Partial<StayMovement> = {},
): StayMovement => movement('discharge', at, { ...(disposition !== undefined && { disposition }), ...more })

export const arrival = (at: string, more: Partial<StayMovement> = {}): StayMovement =>
  movement('registration', at, { classAfter: 'emergency', ...more })

/** A stay whose status follows from its movements as the ledger would have it. */
export function stay(encounter: string, movements: readonly StayMovement[], more: Partial<Stay> = {}): Stay {
  const live = movements.filter(one => one.cancelledAt === undefined)
  const isOver = live.some(one => one.kind === 'discharge')
  const isVoid =
    movements.some(one => one.kind === 'admission') && !live.some(one => one.kind !== 'discharge')
  return {
    encounter,
    class: live.at(-1)?.classAfter ?? 'inpatient',
    status: isVoid ? 'cancelled' : isOver ? 'finished' : 'in-progress',
    movements,
    planned: false,
    ...more,
  }
}

/** One patient's compartment, driven through the real functions. */
export interface World {
  readonly compartment: readonly Resource[]
  readonly last?: CaseEffects
}

export const emptyWorld: World = { compartment: [] }

const keyOf = (resource: Resource): string => `${resource.resourceType}/${resource.id ?? ''}`

export const put = (compartment: readonly Resource[], changed: readonly Resource[]): readonly Resource[] => [
  ...new Map([...compartment, ...changed].map(resource => [keyOf(resource), resource])).values(),
]

export const effectsOf = (
  world: World,
  stays: readonly Stay[],
  more: Partial<CaseEffectsInput> = {},
): CaseEffects =>
  caseEffects({
    tenant: 1,
    shard: 5,
    canonicalBase: CM,
    patient: PATIENT,
    stays,
    compartment: world.compartment,
    rules: defaultCaseRules,
    models: noModels,
    calendar,
    timeZone: ZONE,
    message: 'urn:message:now',
    ...more,
  })

/** A message has been applied: its effects stand. */
export function after(world: World, stays: readonly Stay[], more: Partial<CaseEffectsInput> = {}): World {
  const last = effectsOf(world, stays, more)
  return { compartment: put(world.compartment, last.resources), last }
}

export const lawOf = (
  world: World,
  changed: readonly Resource[],
  more: Partial<CaseLawInput> = {},
): Result<readonly Resource[]> =>
  applyCaseLaw({
    tenant: 1,
    canonicalBase: CM,
    compartment: world.compartment,
    changed,
    actor: 'Practitioner/noor',
    door: 'fhir',
    at: '2026-10-06T14:00:00.000Z',
    timeZone: ZONE,
    calendar,
    rules: defaultCaseRules,
    models: modelLookup(shippedModels),
    ...more,
  })

/** A person has written: throws when the law refuses. */
export function written(world: World, changed: readonly Resource[], more: Partial<CaseLawInput> = {}): World {
  const lawful = lawOf(world, changed, more)
  if (!lawful.ok) throw new Error(lawful.failure.message)
  return { compartment: put(world.compartment, lawful.value) }
}

export const ofType = (world: World, type: string): readonly Resource[] =>
  world.compartment.filter(resource => resource.resourceType === type)

export function only(world: World, type: string): Resource {
  const found = ofType(world, type)
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} ${type}`)
  return found[0]
}

export const codeOf = (task: Resource): string =>
  (task as unknown as { code: { coding: { code: string }[] } }).code.coding[0]?.code ?? ''

export const tasksOf = (world: World, code: string): readonly Resource[] =>
  ofType(world, 'Task').filter(task => codeOf(task) === code)

export function taskOf(world: World, code: string): Resource {
  const found = tasksOf(world, code)
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} tasks ${code}`)
  return found[0]
}

/** What every inpatient admission calls for, beside the screening of a new case. */
const admissionCodes = new Set(['necessity-review', 'discharge-plan', 'admission-notice'])

/** `code:status due` of every Task but those that every admission calls for, sorted. */
export const board = (world: World): readonly string[] => linesOf(world, code => !admissionCodes.has(code))

/** `code:status due` of the Tasks that every admission calls for, sorted. */
export const admissionBoard = (world: World): readonly string[] =>
  linesOf(world, code => admissionCodes.has(code))

const linesOf = (world: World, isShown: (code: string) => boolean): readonly string[] =>
  ofType(world, 'Task')
    .filter(task => isShown(codeOf(task)))
    .map(task => `${codeOf(task)}:${String(task['status'])} ${dueOf(task).slice(0, 10)}`)
    .toSorted()

export const dueOf = (task: Resource): string =>
  (task as unknown as { restriction: { period: { end: string } } }).restriction.period.end

export const statusesOf = (resources: readonly Resource[]): readonly string[] =>
  resources.map(({ status }) => String(status)).toSorted()
