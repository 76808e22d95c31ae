import { contactKinds, type ContactKind } from '../../../care-plan/nouns/contact.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { codeIn, hasCoding, ownConceptIn } from './concept-slots.ts'

const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const participationMode = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode'

interface KindCodes {
  /** http://hl7.org/fhir/R4/v3/ActEncounterCode/vs.html */
  readonly class: string
  readonly display: string
  /** http://hl7.org/fhir/R4/v3/ParticipationMode/cs.html */
  readonly medium: string
}

const kindCodes: Readonly<Record<ContactKind, KindCodes>> = {
  phone: { class: 'VR', display: 'virtual', medium: 'PHONE' },
  home: { class: 'HH', display: 'home health', medium: 'FACE' },
  office: { class: 'AMB', display: 'ambulatory', medium: 'FACE' },
  video: { class: 'VR', display: 'virtual', medium: 'VIDEOCONF' },
  accompanied: { class: 'FLD', display: 'field', medium: 'FACE' },
  portal: { class: 'VR', display: 'virtual', medium: 'ONLINEWRIT' },
}

const byClass: Readonly<Record<string, ContactKind>> = {
  VR: 'phone',
  HH: 'home',
  AMB: 'office',
  FLD: 'accompanied',
}
const byMedium: Readonly<Record<string, ContactKind>> = {
  PHONE: 'phone',
  FACE: 'office',
  PHYSICAL: 'office',
  VIDEOCONF: 'video',
  ONLINEWRIT: 'portal',
  EMAILWRIT: 'portal',
}

const known = (code: string | undefined): ContactKind | undefined => contactKinds.find(kind => kind === code)

const classOf = (resource: Resource): string | undefined => textOf(objectOf(resource['class'])['code'])

/** Class of an Encounter that only a contact has: virtual, home, field, or an office visit. */
export const isContactClass = (resource: Resource): boolean => Object.hasOwn(byClass, classOf(resource) ?? '')

/** Kind of a contact in Encounter.type, and in its class for those who know only R4; the class counts when they differ. */
export function encounterKind(system: string): Slot<ContactKind> {
  const type = ownConceptIn('type', system)
  return {
    get: resource => {
      const own = known(type.get(resource))
      const code = classOf(resource) ?? ''
      if (own && kindCodes[own].class === code) return own
      return (Object.hasOwn(byClass, code) ? byClass[code] : undefined) ?? own ?? 'office'
    },
    set: (resource, kind) => {
      const { class: code, display } = kindCodes[kind]
      const written = type.set(resource, kind)
      return classOf(resource) === code
        ? written
        : withElement(written, 'class', { system: actCode, code, display })
    },
  }
}

/** Kind of an attempt in Communication.category, and in its medium; the medium counts when they differ. */
export function communicationKind(system: string): Slot<ContactKind> {
  const category = ownConceptIn('category', system)
  return {
    get: resource => {
      const own = known(category.get(resource))
      const medium = mediumOf(resource)
      if (own && (medium === undefined || kindCodes[own].medium === medium)) return own
      return (medium !== undefined && Object.hasOwn(byMedium, medium) ? byMedium[medium] : own) ?? 'phone'
    },
    set: (resource, kind) => {
      const { medium } = kindCodes[kind]
      const written = category.set(resource, kind)
      if (mediumOf(resource) === medium) return written
      const others = listOf(resource['medium']).filter(row => codeIn(row, participationMode) === undefined)
      const row = { coding: [{ system: participationMode, code: medium }] }
      return withElement(written, 'medium', [row, ...others])
    },
  }
}

/** How a Communication was sent, when R4's own codes say it. */
export const mediumOf = (resource: Resource): string | undefined =>
  listOf(resource['medium'])
    .map(row => codeIn(row, participationMode))
    .find(code => code !== undefined)

/** Whether a list of concepts holds one of our kinds. */
export const saysKind = (rows: unknown, system: string): boolean =>
  contactKinds.some(kind => listOf(rows).some(row => hasCoding(row, system, kind)))
