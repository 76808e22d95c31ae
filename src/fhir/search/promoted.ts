import { compartmentPaths } from '../compartment.ts'
import type { ResourceType } from '../resource-types.ts'

/** Columns of the resource row that hold a search value, so that it costs no row of its own in the index. */
export type PromotedColumn = 'patient' | 'status' | 'owner' | 'date'

interface Promotions {
  /** Parameters whose value is the compartment's Patient; the element must not repeat. */
  readonly patient?: readonly string[]
  /** A parameter on an element of type code. */
  readonly status?: string
  /** A parameter on one reference. */
  readonly owner?: string
  /** A parameter on one date, dateTime or Period. */
  readonly date?: string
}

/** The types that case management reads and writes most. A type that isn't here is searched by its index rows alone. */
const promotions: Readonly<Partial<Record<ResourceType, Promotions>>> = {
  AllergyIntolerance: { patient: ['patient'] },
  CarePlan: { patient: ['patient', 'subject'], status: 'status', date: 'date' },
  CareTeam: { patient: ['patient', 'subject'], status: 'status', date: 'date' },
  Condition: { patient: ['patient', 'subject'], date: 'recorded-date' },
  Coverage: { patient: ['patient', 'beneficiary'], status: 'status' },
  Encounter: { patient: ['patient', 'subject'], status: 'status', date: 'date' },
  EpisodeOfCare: { patient: ['patient'], status: 'status', owner: 'care-manager', date: 'date' },
  Flag: { patient: ['patient', 'subject'], date: 'date' },
  Goal: { patient: ['patient', 'subject'], status: 'lifecycle-status', date: 'start-date' },
  Observation: { patient: ['patient', 'subject'], status: 'status', date: 'date' },
  Procedure: { patient: ['patient', 'subject'], status: 'status', date: 'date' },
  Provenance: { date: 'recorded' },
  QuestionnaireResponse: { patient: ['patient', 'subject'], status: 'status', date: 'authored' },
  RelatedPerson: { patient: ['patient'] },
  ServiceRequest: { patient: ['patient', 'subject'], status: 'status', date: 'authored' },
  Task: { patient: ['patient', 'subject'], status: 'status', owner: 'owner', date: 'authored-on' },
}

/** The column that holds a parameter's value for a type, or undefined when only the index does. */
export function promotedColumn(type: string, code: string): PromotedColumn | undefined {
  const own = promotionsOf(type)
  if (own.patient?.includes(code)) return 'patient'
  if (own.status === code) return 'status'
  if (own.owner === code) return 'owner'
  return own.date === code ? 'date' : undefined
}

/**
 * Columns that repeat what rows of the index hold: two conditions by which a person is looked for are so read off one row, where
 * each person born in a year was looked up for a gender. What many fulfil is found by the rows still, which cost less each.
 */
const repeated: Readonly<Record<string, Readonly<Record<string, 'status' | 'date'>>>> = {
  Patient: { gender: 'status', birthdate: 'date' },
}

/** Of the INDEX_CODE (index-version.ts) from which on those columns are filled. */
export const REPEATED_SINCE = 5

/** The column that holds a parameter's value beside the index. */
export const repeatedColumn = (type: string, code: string): 'status' | 'date' | undefined =>
  Object.hasOwn(repeated, type) ? repeated[type]?.[code] : undefined

const promotionsOf = (type: string): Promotions =>
  Object.hasOwn(promotions, type) && Object.hasOwn(compartmentPaths, type)
    ? (promotions[type as ResourceType] ?? {})
    : {}
