import { fail, ok, type Result } from '../lib/result.ts'
import type { CaseFile } from './case-file.ts'
import type { DomainEvent } from './domain-event.ts'
import { ruleBroken } from './invariant.ts'
import { legalMove } from './legal-move.ts'
import { illegalMove, movesBetween } from './machine.ts'
import { isStranger } from './patient-side.ts'
import { planMachine, type Agreement, type Plan } from './nouns/plan.ts'

/**
 * I2: the patient or a representative has agreed, or has refused and the refusal is recorded with its reason. What each
 * party said last counts.
 */
export function isAgreed({ agreements }: Plan): boolean {
  const last = new Map(agreements.map(said => [said.party, said]))
  return (['patient', 'guardian'] as const).some(party => {
    const said = last.get(party)
    return said !== undefined && (said.decision === 'agreed' || said.reason !== undefined)
  })
}

/** Records what a party said; the plan becomes agreed when I2 holds by it, else stays as it is. */
export function agreementRecorded(
  { case: root }: CaseFile,
  plan: Plan,
  { relatives, ...said }: Agreement & { readonly relatives?: readonly string[] | undefined },
): Result<readonly DomainEvent[]> {
  const legal = legalMove(planMachine, plan.state, 'ObtainAgreement')
  if (!legal.ok) return legal
  const isPatient = said.by === `Patient/${root.patient}`
  if ((said.party === 'patient') !== isPatient) return fail(notHim)
  if (isStranger(said.by, { root, relatives })) return fail(stranger)
  if (said.decision === 'refused' && said.reason === undefined) return fail(unexplained)
  const agreements = [...plan.agreements, said]
  const to = isBeforehand(plan) && isAgreed({ ...plan, agreements }) ? 'agreed' : plan.state
  const move = movesBetween(planMachine, plan.state, to).find(({ command }) => command === 'ObtainAgreement')
  if (!move) return fail(illegalMove(planMachine, plan.state, 'ObtainAgreement'))
  const type = said.party === 'provider' ? 'AgreementRecorded' : move.event
  return ok([
    {
      type,
      noun: 'plan',
      id: plan.id,
      changes: { state: to, agreements },
      ...(said.reason !== undefined && { reason: said.reason }),
    },
  ])
}

const isBeforehand = ({ state }: Plan): boolean =>
  state === 'draft' || state === 'in-review' || state === 'agreed'

const notHim = ruleBroken('I2', {
  message: 'the patient agrees as patient, and nobody else does: check `party` against `by`.',
  expression: 'CarePlan.extension',
})

const stranger = ruleBroken('I2', {
  message: 'who speaks for the patient is a RelatedPerson of this patient: check `by`.',
  expression: 'CarePlan.extension',
})

const unexplained = ruleBroken('I2', {
  message: 'a refusal is recorded with its reason: give `reason`.',
  expression: 'CarePlan.extension',
})
