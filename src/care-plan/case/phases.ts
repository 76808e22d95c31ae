import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import { endedStates } from './case.ts'
import type { RuleId } from '../duties/duty-rules.ts'
import type { ModelLookup } from '../models/model-profile.ts'
import type { Stay } from '../stays/stay.ts'

/** Steps of case management (CCMC); derived from what there is, several may hold at once (domain.md 0.2). */
export const phases = [
  'screening',
  'assessing',
  'stratifying',
  'planning',
  'implementing',
  'following-up',
  'transitioning',
  'post-transition',
  'evaluating',
] as const

export type Phase = (typeof phases)[number]

export interface PhaseContext {
  readonly stays: readonly Stay[]
  readonly models: ModelLookup
  readonly timeZone: string
}

/** The phases that hold (domain.md 4.2, last line), in the order of the list. */
export function phasesOf(file: CaseFile, context: PhaseContext): readonly Phase[] {
  const isEnded = endedStates.has(file.case.state)
  const holds: Readonly<Record<Phase, boolean>> = {
    screening: file.case.state === 'identified',
    assessing: !isEnded && isUnassessed(file, context),
    stratifying: !isEnded && isUnstratified(file, context),
    planning: !isEnded && file.plans.some(({ state }) => inDraft.has(state)),
    implementing: !isEnded && file.activities.some(({ state }) => underWay.has(state)),
    'following-up': owes(file, ['first-contact', 'cadence-contact', 'contact', 'facility-contact']),
    transitioning:
      file.transitions.some(({ state }) => onTheMove.has(state)) || file.case.state === 'closing',
    'post-transition': owes(file, ['handover']) || isUntold(file),
    evaluating: owes(file, ['reassess', 'reassess-after-discharge', 'plan-review']),
  }
  return phases.filter(phase => holds[phase])
}

const inDraft: ReadonlySet<string> = new Set(['draft', 'in-review', 'agreed'])
const underWay: ReadonlySet<string> = new Set(['planned', 'requested', 'scheduled', 'in-progress', 'missed'])
const onTheMove: ReadonlySet<string> = new Set([
  'anticipated',
  'in-facility',
  'discharged-facility',
  'discharged-community',
])
const owed: ReadonlySet<string> = new Set(['due', 'missed'])

const owes = ({ obligations }: CaseFile, rules: readonly RuleId[]): boolean =>
  obligations.some(({ state, rule }) => owed.has(state) && (rules as readonly string[]).includes(rule))

/** A domain that the model or an assessment requires has no conclusion yet; one that was refused is over. */
function isUnassessed(file: CaseFile, { models }: PhaseContext): boolean {
  if (file.case.state === 'identified') return false
  const used = file.case.models.at(-1)
  const profile = used && models(used.model, used.version)
  const live = file.assessments.filter(({ state }) => state !== 'entered-in-error')
  const required = new Set([
    ...(profile?.requiredDomains ?? []),
    ...live.flatMap(({ state, requiredDomains }) => (state === 'in-progress' ? requiredDomains : [])),
  ])
  const concluded = new Set(live.flatMap(({ conclusions }) => conclusions.map(({ domain }) => domain)))
  const isOver = live.some(({ state }) => state === 'concluded' || state === 'amended')
  return required.size === 0 ? !isOver : [...required].some(domain => !concluded.has(domain))
}

/** Nobody rated the case, or a movement of the patient came after the last rating. */
function isUnstratified(file: CaseFile, { stays, timeZone }: PhaseContext): boolean {
  const rated = file.risks
    .filter(({ state, at }) => state !== 'entered-in-error' && at !== undefined)
    .map(({ at }) => startMsOf(at ?? '', timeZone))
  if (file.case.acuity === undefined && rated.length === 0) return file.case.state !== 'identified'
  const moved = stays
    .flatMap(({ movements }) => movements)
    .filter(({ kind, cancelledAt }) => kind !== 'transfer' && cancelledAt === undefined)
    .map(({ at }) => startMsOf(at, timeZone))
  return rated.length > 0 && moved.length > 0 && Math.max(...moved) > Math.max(...rated)
}

/** Closed, and nobody who goes on with the patient was told. */
const isUntold = ({ case: root }: CaseFile): boolean =>
  root.state === 'closed' && root.closure?.communicatedTo === undefined
