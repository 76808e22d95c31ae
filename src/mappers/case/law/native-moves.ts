import { movesBetween, type Machine } from '../../../care-plan/machines/machine.ts'
import { machines } from '../../../care-plan/machines/machines.ts'
import type { NounName } from '../../../care-plan/case/case-file.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { Failure } from '../../../lib/result.ts'
import { textOf, withElement } from '../lenses/json-edit.ts'
import type { NounLens } from '../nouns/noun-lens.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/** Element of the native status, where it isn't `status`. */
const statusElements: Readonly<Record<string, string>> = {
  Goal: 'lifecycleStatus',
  Condition: 'clinicalStatus',
}

export const statusElement = (type: string): string => statusElements[type] ?? 'status'

const nativeOf = (resource: Resource): string => textOf(resource[statusElement(resource.resourceType)]) ?? ''

type Onward = Readonly<Record<string, readonly string[]>>

const CALLED_OFF = 'cancelled'
const ERROR = 'entered-in-error'

/**
 * Moves between native statuses that a noun doesn't tell apart (a contact is planned until it is made), and of what was
 * begun: fhir-api.md, Life cycles. Other moves are its machine's to judge.
 */
const onward: Readonly<Record<string, Onward>> = {
  Encounter: {
    planned: ['arrived', 'triaged', 'in-progress', 'onleave', 'finished', CALLED_OFF],
    arrived: ['triaged', 'in-progress', 'onleave', 'finished', CALLED_OFF],
    triaged: ['in-progress', 'onleave', 'finished', CALLED_OFF],
    'in-progress': ['onleave', 'finished'],
    onleave: ['in-progress', 'finished'],
    finished: [],
    [CALLED_OFF]: [],
    [ERROR]: [],
  },
  ServiceRequest: {
    draft: ['active', 'revoked'],
    active: ['on-hold', 'completed', 'revoked'],
    'on-hold': ['active', 'completed', 'revoked'],
    completed: [],
    revoked: [],
  },
}

/** Native statuses that mean a state which another one means too. */
const further: Readonly<Record<string, readonly string[]>> = {
  Encounter: ['planned', 'arrived', 'triaged', 'in-progress', 'onleave'],
  ServiceRequest: ['draft', 'active', 'on-hold'],
  Appointment: ['arrived', 'checked-in'],
}

export interface Life {
  readonly lens: NounLens<NounName>
  readonly machine: Machine
}

/** The life of the noun that a resource is, where it has a machine. */
export function lifeOf(resource: Resource, lenses: Pick<NounLenses, 'fitting'>): Life | undefined {
  const lens = lenses.fitting(resource)
  const machine = lens && machines[lens.noun]
  return machine && { lens, machine }
}

/** Withdrawing as an error is legal from everywhere; any other step needs a command that leads there. */
export const isLegalStep = (machine: Machine, from: string, to: string): boolean =>
  from === to || to === ERROR || movesBetween(machine, from, to).length > 0

export interface Move {
  readonly was: Resource
  readonly is: Resource
}

/** Whether the native status may go this way; an exact state beside it says more than the status does. */
export function isOnward({ was, is }: Move, isStated: boolean): boolean {
  const [from, to] = [nativeOf(was), nativeOf(is)]
  const moves = onward[is.resourceType]?.[from]
  return isStated || from === to || to === ERROR || moves === undefined || moves.includes(to)
}

/** Native statuses that a write of the status alone may give, in the order of the states that they mean. */
export function legalNatives(was: Resource, { lens, machine }: Life): readonly string[] {
  const { resourceType: type } = was
  const noun = lens.read(was)
  const from = stateOf(noun) ?? ''
  const images = machine.states.map(state => nativeOf(lens.write(was, { ...noun, state } as never)))
  const all = [...new Set([...images, ...(further[type] ?? []), ERROR])]
  return all.filter(status => {
    const is = withElement(was, statusElement(type), status)
    if (status === nativeOf(was) || !isOnward({ was, is }, false)) return false
    return isLegalStep(machine, from, stateOf(lens.read(is)) ?? '')
  })
}

/** States that a write of the state extension may give. */
export const legalStatesOf = (machine: Machine, from: string): readonly string[] =>
  machine.states.filter(state => state !== from && isLegalStep(machine, from, state))

export const stateOf = (noun: object): string | undefined =>
  textOf((noun as { readonly state?: unknown }).state)

/** The failure with only those of the legal statuses that the machine of the noun knows too. */
export function narrowed(failure: Failure, was: Resource, life: Life | undefined): Failure {
  if (!failure.legal || !life) return failure
  const legal = legalNatives(was, life)
  return { ...failure, legal: failure.legal.filter(status => legal.includes(status)) }
}
