import type { Consent as ConsentResource } from '@medplum/fhirtypes'
import type { Consent } from '../../../care-plan/nouns/people.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { codeIn, hasCoding } from './concept-slots.ts'
import { firstReferenceIn } from './element-slots.ts'
import { nounLens, type NounLens } from './noun-lens.ts'
import { stateSlot } from './state-image.ts'

const consentScope = 'http://terminology.hl7.org/CodeSystem/consentscope'
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'
const resourceTypes = 'http://hl7.org/fhir/resource-types'

/** A consent in its Consent: who may be told what in `provision`, nested provisions are left alone. */
export const consentLens = (names: CaseNames): NounLens<'consent'> =>
  nounLens<'consent'>({
    noun: 'consent',
    types: ['Consent'],
    is: () => true,
    blank: ({ id, patient }, { state }) => blankConsent({ id, patient, state }),
    slots: {
      state: stateSlot({ url: names.state, images, meanings, otherwise: 'proposed' }),
      scope: scopeSlot(names.codeSystem('consent-scope')),
      decision: decisionSlot,
      by: firstReferenceIn('performer'),
      at: textAt('dateTime'),
      recipients: recipientsSlot,
      classes: classesSlot,
      start: textAt('provision', 'period', 'start'),
      end: textAt('provision', 'period', 'end'),
      reason: extensionAt(names.extension('reason'), 'valueString'),
    },
  })

const images: Readonly<Record<Consent['state'], string>> = {
  proposed: 'proposed',
  active: 'active',
  revoked: 'inactive',
  expired: 'inactive',
  rejected: 'rejected',
  'entered-in-error': 'entered-in-error',
}

const meanings: Readonly<Record<string, Consent['state']>> = {
  draft: 'proposed',
  proposed: 'proposed',
  active: 'active',
  inactive: 'revoked',
  rejected: 'rejected',
  'entered-in-error': 'entered-in-error',
}

/** Our code in a category; without one, a consent to treatment is one to case management, any other one to sharing. */
const scopeSlot = (system: string): Slot<Consent['scope']> => ({
  get: resource => {
    const own = listOf(resource['category'])
      .map(category => codeIn(category, system))
      .find(Boolean)
    const isManagement =
      own === undefined ? hasCoding(resource['scope'], consentScope, 'treatment') : own === 'case-management'
    return isManagement ? 'case-management' : 'sharing'
  },
  set: (resource, scope) => {
    const others = listOf(resource['category']).filter(category => codeIn(category, system) === undefined)
    return withElement(resource, 'category', [...others, { coding: [{ system, code: scope }] }])
  },
})

const provisionOf = (resource: Resource) => objectOf(resource['provision'])

const decisionSlot: Slot<Consent['decision']> = {
  get: resource => {
    const type = provisionOf(resource)['type']
    return type === 'permit' || type === 'deny' ? type : undefined
  },
  set: (resource, decision) =>
    withElement(resource, 'provision', withElement(provisionOf(resource), 'type', decision)),
}

/** Actors in the role of an information recipient. */
const isRecipient = (actor: unknown): boolean =>
  isObject(actor) &&
  textOf(objectOf(actor['reference'])['reference']) !== undefined &&
  ['IRCP', 'PRCP'].some(code => hasCoding(actor['role'], participation, code))

const referenceIn = (actor: unknown): string =>
  textOf(objectOf(objectOf(actor)['reference'])['reference']) ?? ''

const recipientsSlot: Slot<readonly string[]> = {
  get: resource => listOf(provisionOf(resource)['actor']).filter(isRecipient).map(referenceIn),
  set: (resource, recipients) => {
    const actors = listOf(provisionOf(resource)['actor'])
    const known = new Map(actors.filter(isRecipient).map(actor => [referenceIn(actor), actor]))
    const role = { coding: [{ system: participation, code: 'IRCP' }] }
    const rows = recipients.map(reference => known.get(reference) ?? { role, reference: { reference } })
    const next = [...actors.filter(actor => !isRecipient(actor)), ...rows]
    return withElement(resource, 'provision', withElement(provisionOf(resource), 'actor', next))
  },
}

const isType = (coding: unknown): boolean =>
  isObject(coding) && coding['system'] === resourceTypes && typeof coding['code'] === 'string'

const typeIn = (coding: unknown): string => textOf(objectOf(coding)['code']) ?? ''

const classesSlot: Slot<readonly string[]> = {
  get: resource => listOf(provisionOf(resource)['class']).filter(isType).map(typeIn),
  set: (resource, classes) => {
    const codings = listOf(provisionOf(resource)['class'])
    const known = new Map(codings.filter(isType).map(coding => [typeIn(coding), coding]))
    const rows = classes.map(code => known.get(code) ?? { system: resourceTypes, code })
    const next = [...codings.filter(coding => !isType(coding)), ...rows]
    return withElement(resource, 'provision', withElement(provisionOf(resource), 'class', next))
  },
}

interface ConsentBirth {
  readonly id: string
  readonly patient: string
  readonly state: Consent['state']
}

/** http://hl7.org/fhir/R4/consent.html: scope, category and a policy or policyRule are required (ppc-1). */
function blankConsent({ id, patient, state }: ConsentBirth): Resource & { readonly id: string } {
  const consent: ConsentResource = {
    resourceType: 'Consent',
    id,
    status: images[state] as NonNullable<ConsentResource['status']>,
    scope: { coding: [{ system: consentScope, code: 'patient-privacy' }] },
    category: [{ coding: [{ system: actCode, code: 'IDSCL' }] }],
    patient: { reference: `Patient/${patient}` },
    policyRule: { coding: [{ system: actCode, code: 'OPTIN' }] },
  }
  return asResource(consent)
}
