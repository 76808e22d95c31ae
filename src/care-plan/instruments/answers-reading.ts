import { digestOf } from '../../lib/digest.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { proposalsOf, type Proposal } from './propose.ts'
import { instrumentNamed } from './registry.ts'
import { figuresOf, underLinkIds, type Figure } from './score-of.ts'
import type { Answers, Assessment, Need, Score } from '../nouns/assessment.ts'

export interface Reader extends Pick<CommandContext, 'actor'> {
  /** Id for what is born of the answers; `key` tells it apart from all else that they give birth to. */
  readonly newId: (noun: 'score' | 'need' | 'strength' | 'barrier' | 'flag', key: string) => string
  /** Absent when nobody said when the answers were given. */
  readonly at?: string | undefined
}

/** Mark of the answers as they are: what was read once is not read again until they change. */
export const readingMark = ({ instrument, items }: Answers): string => digestOf([instrument, items])

/**
 * What follows from answers: scores, the assessment that takes them in, and what they speak for, proposed until a person
 * confirms it. Nothing for an instrument that is none of ours, or for answers that it doesn't have.
 */
export function readingOf(
  file: CaseFile,
  answers: Answers,
  assessment: Assessment | undefined,
  reader: Reader,
): readonly DomainEvent[] {
  const instrument = instrumentNamed(answers.instrument)
  const items = instrument ? underLinkIds(instrument, answers.items) : []
  const figures = instrument && figuresOf(instrument, items)
  if (!instrument || figures?.ok !== true) return takenIn(assessment, answers, [])
  const scored = new Set(measuresOf(file, answers))
  const scores = figures.value
    .filter(({ measure }) => !scored.has(measure))
    .flatMap(figure => scoreFrom(figure, answers, reader))
  const evidence = [`answers/${answers.id}`, ...scores.map(({ id }) => id)]
  const proposals = proposalsOf(instrument, items, figures.value)
  return [
    ...scores.map((score): DomainEvent => ({
      type: 'ScoreComputed',
      noun: 'score',
      id: score.id,
      changes: score,
    })),
    ...takenIn(assessment, answers, scores),
    ...proposals.flatMap(proposal => proposed(file, proposal, evidence, reader)),
  ]
}

/** What somebody has scored from these answers already. */
const measuresOf = ({ scores }: CaseFile, { id }: Answers): readonly string[] =>
  scores.filter(({ derivedFrom }) => derivedFrom.includes(`answers/${id}`)).map(({ measure }) => measure)

function scoreFrom(figure: Figure, answers: Answers, { newId, actor, at }: Reader): readonly Score[] {
  if (figure.value === undefined) return []
  const { measure, tableVersion, value, interpretation, inputs } = figure
  return [
    {
      id: newId('score', measure),
      state: 'final',
      measure,
      tableVersion,
      value,
      ...(interpretation !== undefined && { interpretation }),
      inputs,
      ...known(answers.at ?? at),
      by: answers.author ?? actor,
      derivedFrom: [`answers/${answers.id}`],
    },
  ]
}

function takenIn(
  assessment: Assessment | undefined,
  answers: Answers,
  scores: readonly Score[],
): readonly DomainEvent[] {
  if (!assessment) return []
  const changes = {
    answers: [...new Set([...assessment.answers, answers.id])],
    scores: [...new Set([...assessment.scores, ...scores.map(({ id }) => id)])],
  }
  const isNew =
    changes.answers.length > assessment.answers.length || changes.scores.length > assessment.scores.length
  if (!isNew) return []
  return [{ type: 'AssessmentRevised', noun: 'assessment', id: assessment.id, changes }]
}

/** A need that the client has declined is not brought up anew: what speaks for it is kept with it. */
const STANDING: ReadonlySet<string> = new Set([
  'proposed',
  'confirmed',
  'addressed',
  'deferred',
  'declined-by-client',
])

const RUNNING: ReadonlySet<string> = new Set(['proposed', 'active', 'open', 'accepted'])

function proposed(
  file: CaseFile,
  proposal: Proposal,
  evidence: readonly string[],
  { newId, actor, at }: Reader,
): readonly DomainEvent[] {
  const { text } = proposal
  const frame = { text, ...known(at), state: 'proposed' } as const
  switch (proposal.propose) {
    case 'need': {
      const { domain, priority } = proposal
      const standing = file.needs.find(
        need => need.text === text && need.domain === domain && STANDING.has(need.state),
      )
      if (standing) return [moreEvidence(standing, evidence)]
      const need: Omit<Need, 'id'> = {
        ...frame,
        domain,
        identifiedBy: actor,
        evidence,
        ...(priority !== undefined && { priority }),
      }
      return [{ type: 'NeedIdentified', noun: 'need', ...born(newId('need', `${domain}|${text}`), need) }]
    }
    case 'strength': {
      const { kind } = proposal
      const isKnown = file.strengths.some(
        one => one.text === text && one.kind === kind && RUNNING.has(one.state),
      )
      const strength = { ...frame, kind, by: actor, linkedTo: [] }
      return isKnown
        ? []
        : [
            {
              type: 'StrengthIdentified',
              noun: 'strength',
              ...born(newId('strength', `${kind}|${text}`), strength),
            },
          ]
    }
    case 'barrier': {
      const isKnown = file.barriers.some(one => one.text === text && RUNNING.has(one.state))
      return isKnown
        ? []
        : [
            {
              type: 'BarrierRaised',
              noun: 'barrier',
              ...born(newId('barrier', text), { ...frame, by: actor }),
            },
          ]
    }
    case 'flag':
      return [flagRaised(proposal, { newId, actor, at })]
  }
}

/** Each time it is said again it calls for somebody on that day. */
function flagRaised(
  { code, text }: Extract<Proposal, { propose: 'flag' }>,
  { newId, actor, at }: Reader,
): DomainEvent {
  const flag = { state: 'open', code, text, by: actor, ...known(at) } as const
  return { type: 'RedFlagRaised', noun: 'flag', ...born(newId('flag', code), flag) }
}

const known = (at: string | undefined): { readonly at?: string } => (at === undefined ? {} : { at })

const born = <T extends object>(
  id: string,
  state: T,
): { readonly id: string; readonly changes: T & { readonly id: string } } => ({
  id,
  changes: { id, ...state },
})

const moreEvidence = ({ id, evidence }: Need, more: readonly string[]): DomainEvent => ({
  type: 'NeedRevised',
  noun: 'need',
  id,
  changes: { evidence: [...new Set([...evidence, ...more])] },
})
