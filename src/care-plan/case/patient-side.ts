import type { CaseRoot } from '../nouns/case-root.ts'
import type { PartyRef } from '../nouns/people.ts'

/** Who may speak for the patient of a case. */
export interface PatientSide {
  readonly root: Pick<CaseRoot, 'patient'>
  /** The RelatedPersons on the patient's record; none, or undefined = nobody is kept there, and any is taken at their word. */
  readonly relatives?: readonly PartyRef[] | undefined
}

/** The patient of this case, or a representative: a RelatedPerson of the record, where the record has any. */
export const speaksForPatient = (by: PartyRef, { root, relatives }: PatientSide): boolean =>
  by === `Patient/${root.patient}` || (by.startsWith('RelatedPerson/') && isKnown(by, relatives))

/** Another patient, or a relative of somebody else. Professionals are no strangers. */
export const isStranger = (by: PartyRef, side: PatientSide): boolean =>
  /^(?:Patient|RelatedPerson)\//.test(by) && !speaksForPatient(by, side)

const isKnown = (by: PartyRef, relatives: readonly PartyRef[] = []): boolean =>
  relatives.length === 0 || relatives.includes(by)
