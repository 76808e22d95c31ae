import { needMachine, type NeedState } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { extensionAt } from '../lenses/slots.ts'
import { without } from './element-slots.ts'
import { nativeConcept } from './state-image.ts'

const clinical = nativeConcept('clinicalStatus', 'http://terminology.hl7.org/CodeSystem/condition-clinical')
const verification = nativeConcept(
  'verificationStatus',
  'http://terminology.hl7.org/CodeSystem/condition-ver-status',
)

/** Whether the problem is there, over, or no more spoken of. */
const standingOf: Readonly<Record<string, 'active' | 'resolved' | 'inactive'>> = {
  inactive: 'inactive',
  remission: 'resolved',
  resolved: 'resolved',
}

const imageOf: Readonly<Record<NeedState, 'active' | 'resolved' | 'inactive' | 'none'>> = {
  proposed: 'active',
  confirmed: 'active',
  addressed: 'active',
  deferred: 'active',
  'declined-by-client': 'active',
  resolved: 'resolved',
  inactive: 'inactive',
  'entered-in-error': 'none',
}

const unsure: ReadonlySet<string> = new Set(['unconfirmed', 'provisional', 'differential'])

/** Whether a state goes with a verificationStatus: what was put off or declined may have been confirmed or not. */
function goesWith(state: NeedState, verified: string): boolean {
  if (state === 'entered-in-error' || verified === 'entered-in-error') return state === verified
  if (verified === 'refuted') return state === 'inactive'
  if (state === 'proposed') return unsure.has(verified)
  return !unsure.has(verified) || (state !== 'confirmed' && state !== 'addressed')
}

const standing = (resource: Resource): string => standingOf[clinical.get(resource)] ?? 'active'

const isNeedState = (code: string | undefined): code is NeedState =>
  (needMachine.states as readonly (string | undefined)[]).includes(code)

/** What clinicalStatus and verificationStatus mean by themselves. */
function nativeMeaning(resource: Resource): NeedState {
  const verified = verification.get(resource)
  if (verified === 'entered-in-error') return 'entered-in-error'
  const stands = standing(resource)
  if (verified === 'refuted' || stands === 'inactive') return 'inactive'
  if (stands === 'resolved') return 'resolved'
  return unsure.has(verified) ? 'proposed' : 'confirmed'
}

/**
 * The state of a need: exact in its extension, clinicalStatus and verificationStatus its image. Each is changed only
 * where it doesn't go with the state (a relapse stays one). What is active again is not abated (R4 con-4), what is an error
 * has no clinicalStatus (con-5).
 */
export function needStateSlot(names: CaseNames): Slot<NeedState> {
  const exact = extensionAt(names.state, 'valueCode')
  return {
    get: resource => {
      const stated = exact.get(resource)
      const agrees =
        isNeedState(stated) &&
        goesWith(stated, verification.get(resource)) &&
        (imageOf[stated] === 'none' || imageOf[stated] === standing(resource))
      return agrees ? stated : nativeMeaning(resource)
    },
    set: (resource, state) => exact.set(withVerification(withStanding(resource, state), state), state),
  }
}

const abatement = ['DateTime', 'Age', 'Period', 'Range', 'String'].flatMap(kind => [
  `abatement${kind}`,
  `_abatement${kind}`,
])

function withStanding(resource: Resource, state: NeedState): Resource {
  const image = imageOf[state]
  if (image === 'none') return withElement(resource, 'clinicalStatus', undefined)
  const open = image === 'active' ? without(resource, abatement) : resource
  return image === standing(resource) && clinical.get(resource) !== '' ? open : clinical.set(open, image)
}

function withVerification(resource: Resource, state: NeedState): Resource {
  if (goesWith(state, verification.get(resource))) return resource
  if (state === 'entered-in-error') return verification.set(resource, state)
  return verification.set(resource, state === 'proposed' ? 'unconfirmed' : 'confirmed')
}
