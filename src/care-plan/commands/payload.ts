import { Type } from 'typebox'
import { INSTANT_PATTERN } from '../../lib/fhir-time.ts'

/** Pieces of the commands' payloads, so that the same thing is asked for in the same words everywhere. */

export const textField = (description: string, maxLength = 2000) =>
  Type.String({ description, minLength: 1, maxLength, pattern: '\\S' })

/** A FHIR id. */
export const idField = (description: string) =>
  Type.String({ description, pattern: '^[A-Za-z0-9\\-.]{1,64}$' })

/** `Practitioner/x`. */
export const partyField = (description: string) =>
  Type.String({ description, pattern: '^[A-Z][A-Za-z]+/[A-Za-z0-9\\-.]{1,64}$' })

/** Who may manage a case: what EpisodeOfCare.careManager may refer to. */
export const managerField = (description: string) =>
  Type.String({ description, pattern: '^(Practitioner|PractitionerRole)/[A-Za-z0-9\\-.]{1,64}$' })

export const organizationField = (description: string) =>
  Type.String({ description, pattern: '^Organization/[A-Za-z0-9\\-.]{1,64}$' })

/** FHIR dateTime with time and offset. */
export const dateTimeField = (description: string) => Type.String({ description, pattern: INSTANT_PATTERN })

export const dateField = (description: string) =>
  Type.String({ description, pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
