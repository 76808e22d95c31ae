import type { Failure } from '../../lib/result.ts'
import { domainsWithoutConclusion } from '../instruments/assessment-domains.ts'
import type { CaseFile } from '../case/case-file.ts'
import { ruleBroken, type Invariant, type Violation } from './invariant.ts'
import type { Assessment, Need, Risk, Score } from '../nouns/assessment.ts'

/** I4 at the command itself: which domains are open is what the caller has to know. */
export const unconcluded = (domains: readonly string[]): Failure =>
  ruleBroken('I4', {
    message: openDomains(domains),
    expression: 'ClinicalImpression.finding',
  })

const openDomains = (domains: readonly string[]): string =>
  `these domains have no written conclusion: ${domains.join(', ')} (ConcludeDomain).`

const CONCLUDED: ReadonlySet<string> = new Set(['concluded', 'amended'])

const concludedDomains: Invariant = {
  number: 'I4',
  says: 'An assessment is concluded only when each required domain has a written conclusion; what is required of it is not taken back.',
  violations: ({ assessments }, before) =>
    assessments.flatMap(assessment => [
      ...missingConclusions(assessment),
      ...shrunk(
        assessment,
        before?.assessments.find(({ id }) => id === assessment.id),
      ),
    ]),
}

function missingConclusions(assessment: Assessment): readonly Violation[] {
  const open = CONCLUDED.has(assessment.state) ? domainsWithoutConclusion(assessment) : []
  return open.length === 0
    ? []
    : [
        {
          key: `conclusions ${assessment.id} ${open.join(' ')}`,
          message: openDomains(open),
          expression: 'ClinicalImpression.finding',
        },
      ]
}

/** An assessment that was planned may be started with other domains. */
function shrunk(assessment: Assessment, former: Assessment | undefined): readonly Violation[] {
  if (!former || former.state === 'planned' || assessment.state === 'entered-in-error') return []
  const dropped = former.requiredDomains.filter(domain => !assessment.requiredDomains.includes(domain))
  return dropped.length === 0
    ? []
    : [
        {
          key: `required ${assessment.id} ${dropped.join(' ')}`,
          message: `these domains were required when the assessment began: ${dropped.join(', ')}.`,
          expression: 'ClinicalImpression.extension',
        },
      ]
}

const PUT_OFF: ReadonlySet<string> = new Set(['deferred', 'declined-by-client'])

const keptNeeds: Invariant = {
  number: 'I5',
  says: 'A need that is deferred or declined keeps reason and author; no need vanishes silently.',
  violations: ({ needs }, before) => [
    ...needs.filter(isUnexplained).map(({ id }) => ({
      key: `reason ${id}`,
      message:
        'a need that is deferred or declined keeps the reason and who gave it (DeferNeed, DeclineNeed; by FHIR the extensions `reason` and `reason-by`).',
      expression: 'Condition.extension',
    })),
    ...vanished(before?.needs, needs).map(id => ({
      key: `vanished ${id}`,
      message: 'a need of a case is not deleted: resolve, decline or deactivate it, or mark it as an error.',
      expression: 'Condition',
    })),
  ],
}

const isUnexplained = ({ state, reason, reasonBy }: Need): boolean =>
  PUT_OFF.has(state) && ((reason ?? '').trim() === '' || reasonBy === undefined)

interface Identified {
  readonly id: string
}

/** Ids that were there and are no more. */
function vanished(
  before: readonly Identified[] | undefined,
  after: readonly Identified[],
): readonly string[] {
  if (before === after) return []
  const left = new Set(after.map(({ id }) => id))
  return (before ?? []).filter(({ id }) => !left.has(id)).map(({ id }) => id)
}

const scoreRows: Invariant = {
  number: 'I22',
  says: 'A figure that a table gave is stored with its instrument, the version of the table and its inputs; it changes only as amended with a reason, and is never deleted.',
  violations: (file, before) => [
    ...unsourced(file),
    ...vanished(before?.scores, file.scores).map(id => lost('Observation', id)),
    ...vanished(before?.risks, file.risks).map(id => lost('RiskAssessment', id)),
    ...rewritten(file, before),
  ],
}

const lost = (type: string, id: string): Violation => ({
  key: `vanished ${id}`,
  message: 'a figure of a case is not deleted: amend it, or mark it as an error.',
  expression: type,
})

/** What another system reported as a mere figure has neither version nor inputs; one without the other is none of both. */
function unsourced({ scores, risks }: CaseFile): readonly Violation[] {
  const rows: readonly (readonly [string, Score | Risk])[] = [
    ...scores.map(score => ['Observation', score] as const),
    ...risks.map(risk => ['RiskAssessment', risk] as const),
  ]
  return rows
    .filter(
      ([, { tableVersion, inputs, state }]) =>
        state !== 'entered-in-error' && (tableVersion !== undefined) !== inputs.length > 0,
    )
    .map(([type, { id }]) => ({
      key: `source ${id}`,
      message:
        'a figure that a table gave is stored with the version of the table and with its inputs (extensions `table-version` and `input`).',
      expression: `${type}.extension`,
    }))
}

/** Still to be filled in. */
const OPEN: ReadonlySet<string> = new Set(['preliminary'])

function rewritten({ scores, risks }: CaseFile, before: CaseFile | undefined): readonly Violation[] {
  if (before?.scores === scores && before.risks === risks) return []
  const formerScores = new Map(before?.scores.map(score => [score.id, score]))
  const formerRisks = new Map(before?.risks.map(risk => [risk.id, risk]))
  return [
    ...scores
      .filter(score => isRewritten(formerScores.get(score.id), score, figureOfScore))
      .filter(({ state, reason }) => state !== 'amended' || (reason ?? '').trim() === '')
      .map(({ id }) => changed('Observation', id)),
    ...risks
      .filter(risk => isRewritten(formerRisks.get(risk.id), risk, figureOfRisk))
      .filter(({ state }) => state !== 'amended')
      .map(({ id }) => changed('RiskAssessment', id)),
    ...broughtBack('Observation', scores, formerScores),
    ...broughtBack('RiskAssessment', risks, formerRisks),
  ]
}

const broughtBack = (
  type: string,
  rows: readonly (Score | Risk)[],
  former: ReadonlyMap<string, Score | Risk>,
): readonly Violation[] =>
  rows
    .filter(({ id, state }) => state !== 'entered-in-error' && former.get(id)?.state === 'entered-in-error')
    .map(({ id }) => ({
      key: `back ${id}`,
      message: 'a figure that was entered in error stays so: record it anew.',
      expression: `${type}.status`,
    }))

function isRewritten<T extends Score | Risk>(
  former: T | undefined,
  row: T,
  figure: (row: T) => readonly unknown[],
): boolean {
  if (!former || former === row || OPEN.has(former.state) || row.state === 'entered-in-error') return false
  return former.state !== 'entered-in-error' && JSON.stringify(figure(former)) !== JSON.stringify(figure(row))
}

const figureOfScore = (score: Score): readonly unknown[] => [
  score.measure,
  score.value,
  score.tableVersion,
  score.inputs,
  score.goal,
  score.rater,
]

const figureOfRisk = (risk: Risk): readonly unknown[] => [
  risk.method,
  risk.value,
  risk.band,
  risk.tableVersion,
  risk.inputs,
]

const changed = (type: string, id: string): Violation => ({
  key: `rewritten ${id}`,
  message: 'a final figure changes only as amended, with the reason (AmendScore).',
  expression: `${type}.status`,
})

export const assessmentInvariants: readonly Invariant[] = [concludedDomains, keptNeeds, scoreRows]
