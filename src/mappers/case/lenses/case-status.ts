import { caseStates, type Case, type CaseState } from '../../../care-plan/case/case.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { textOf, withElement } from './json-edit.ts'
import { extensionAt } from './slots.ts'
import type { StateCodec } from './standing.ts'

/** A case's exact state as one code; waiting for capacity is told apart from other holds by the native status. */
export type CaseCode = CaseState | 'waitlist'

/** domain.md 4.4: exact state -> EpisodeOfCare.status. */
export const caseImages: Readonly<Record<CaseCode, string>> = {
  identified: 'planned',
  screened: 'planned',
  outreach: 'planned',
  open: 'active',
  active: 'active',
  closing: 'active',
  'on-hold': 'onhold',
  waitlist: 'waitlist',
  closed: 'finished',
  deceased: 'finished',
  'transferred-out': 'finished',
  declined: 'cancelled',
  unreachable: 'cancelled',
  'screened-out': 'cancelled',
  'entered-in-error': 'entered-in-error',
}

/** What a native status means when no exact state stands beside it. */
const meanings: Readonly<Record<string, CaseCode>> = {
  planned: 'identified',
  waitlist: 'waitlist',
  active: 'open',
  onhold: 'on-hold',
  finished: 'closed',
  cancelled: 'declined',
  'entered-in-error': 'entered-in-error',
}

export const codeOfCase = ({ state, isWaitlisted }: Case): CaseCode =>
  state === 'on-hold' && isWaitlisted ? 'waitlist' : state

export const caseOfCode = (code: CaseCode): Case =>
  code === 'waitlist' ? { state: 'on-hold', isWaitlisted: true } : { state: code, isWaitlisted: false }

const isCaseState = (code: string | undefined): code is CaseState =>
  code !== undefined && (caseStates as readonly string[]).includes(code)

/** The exact state: the extension's as long as the native status is its image, else what the native status means. */
export function caseCodec(stateUrl: string): StateCodec<CaseCode> {
  const exact = extensionAt(stateUrl, 'valueCode')
  return {
    read: resource => {
      const native = nativeOf(resource)
      const state = exact.get(resource)
      return isCaseState(state) && caseImages[state] === native ? state : (meanings[native] ?? 'identified')
    },
    write: (resource, code) =>
      exact.set(withElement(resource, 'status', caseImages[code]), code === 'waitlist' ? 'on-hold' : code),
  }
}

/** The resource with the extension saying what its native status means, where the two disagreed. */
export function withExactState(resource: Resource, stateUrl: string): Resource {
  const codec = caseCodec(stateUrl)
  const code = codec.read(resource)
  return statedState(resource, stateUrl) === caseOfCode(code).state ? resource : codec.write(resource, code)
}

/** The state extension as it stands, whether or not the native status agrees. */
export const statedState = (resource: Resource, stateUrl: string): CaseState | undefined => {
  const state = extensionAt(stateUrl, 'valueCode').get(resource)
  return isCaseState(state) ? state : undefined
}

const nativeOf = (resource: Resource): string => textOf(resource['status']) ?? ''
