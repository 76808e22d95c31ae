import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import { legalMove } from '../machines/legal-move.ts'
import { illegalMove, movesBetween } from '../machines/machine.ts'
import { isStranger } from '../case/patient-side.ts'
import { isMachineActor } from '../machines/machine-actor.ts'
import { agreementWays, planMachine, type Agreement, type Plan } from '../nouns/plan.ts'

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

/** Who records what a party said. */
export interface Recording {
  readonly root: Pick<CaseFile['case'], 'patient'>
  readonly relatives?: readonly string[] | undefined
  readonly actor: string
}

/**
 * What a party said, as it may be recorded by whoever does: by themselves, or attested by a professional. Fails with I2
 * when it is not theirs to say, not explained, or attested by the family or a machine.
 */
export function recordedAgreement(
  { attestedBy: _claimed, ...said }: Agreement,
  { root, relatives, actor }: Recording,
): Result<Agreement> {
  const isPatient = said.by === `Patient/${root.patient}`
  if ((said.party === 'patient') !== isPatient) return fail(notHim)
  if (isStranger(said.by, { root, relatives })) return fail(stranger)
  if (said.decision === 'refused' && said.reason === undefined) return fail(unexplained)
  if (said.how !== undefined && !agreementWays.includes(said.how)) return fail(noWay)
  if (said.by === actor) return ok(said)
  const isNobodys = /^(?:Patient|RelatedPerson)\//.test(actor) || isMachineActor(actor)
  return isNobodys ? fail(notAttested) : ok({ ...said, attestedBy: actor })
}

/** Records what a party said; the plan becomes agreed when I2 holds by it, else stays as it is. */
export function agreementRecorded(
  { case: root }: CaseFile,
  plan: Plan,
  { relatives, actor, ...words }: Agreement & Omit<Recording, 'root'>,
): Result<readonly DomainEvent[]> {
  const legal = legalMove(planMachine, plan.state, 'ObtainAgreement')
  if (!legal.ok) return legal
  const recorded = recordedAgreement(words, { root, relatives, actor })
  if (!recorded.ok) return recorded
  const said = recorded.value
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

const noWay = ruleBroken('I2', {
  message: 'what was said was said verbally or in writing: `how` is verbal or written.',
  expression: 'CarePlan.extension',
})

const notAttested = ruleBroken('I2', {
  message:
    'who agrees or refuses says so themselves, or a professional attests it: neither the family nor a machine speaks for others.',
  expression: 'CarePlan.extension',
})
