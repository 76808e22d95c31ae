import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import type { CaseNames } from '../names.ts'
import { codeIn, hasCoding } from './concept-slots.ts'
import { snomed } from './measure-codes.ts'

/** Codes of {cm}/CodeSystem/finding: what kind of finding a resource of a case holds. */
export type FindingCode = 'strength' | 'barrier' | 'assessment' | 'instruments' | 'scores'

/**
 * SNOMED CT concepts for the assessment of a barrier to a goal: domain.md 4.4 (UK extension) and the one that the PCO
 * guide binds pco-goal-barrier to.
 */
export const goalBarrierCodes = ['811791000000103', '452341000124107'] as const

export const findingSystem = (names: CaseNames): string => names.codeSystem('finding')

export const isStrength = (resource: Resource, names: CaseNames): boolean =>
  hasCoding(resource['code'], findingSystem(names), 'strength')

export const isBarrier = (resource: Resource, names: CaseNames): boolean =>
  hasCoding(resource['code'], findingSystem(names), 'barrier') ||
  goalBarrierCodes.some(code => hasCoding(resource['code'], snomed, code))

const observationCategory = 'http://terminology.hl7.org/CodeSystem/observation-category'

/** A category of Observation in the standard system. */
export const categoryOf = (code: 'survey' | 'social-history'): object => ({
  coding: [{ system: observationCategory, code }],
})

export const categoriesOf = (resource: Resource): readonly string[] =>
  listOf(resource['category']).flatMap(concept => codeIn(concept, observationCategory) ?? [])
