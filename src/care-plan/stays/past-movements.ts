import type { CaseRules } from '../case/case-rules.ts'
import type { Movement, StayFacts } from './stay-facts.ts'

const DAY_MS = 86_400_000

type Told = Pick<StayFacts, 'live' | 'discharges'>
type Rules = Pick<CaseRules, 'readmissionDays'>

/**
 * Whether an admission calls for nothing any more: it only mends the history (ZBE-5, PV1-51), or its source recorded it
 * when its stay was over for longer than anything is owed after one. It opens no case, and nobody is asked to do anything
 * (adt.md 3.2.8, 3.5 LATE); it stays a fact for readmissions and risks.
 */
export const isPastAdmission = (admission: Movement, facts: Told, rules: Rules): boolean =>
  admission.isHistoric === true || isOver(admission, admission.recordedMs, { facts, rules })

/** The same of a discharge: where the stay was first told of so long after it. */
export function isPastDischarge(discharge: Movement, facts: Told, rules: Rules): boolean {
  const told = facts.live.flatMap(({ stay, recordedMs }) => (stay === discharge.stay ? [recordedMs] : []))
  return discharge.isHistoric === true || isOver(discharge, Math.min(...told), { facts, rules })
}

function isOver(
  { stay }: Movement,
  recordedMs: number,
  { facts, rules }: { readonly facts: Told; readonly rules: Rules },
): boolean {
  const end = facts.discharges.find(discharge => discharge.stay === stay)
  return end !== undefined && recordedMs - end.atMs > rules.readmissionDays * DAY_MS
}
