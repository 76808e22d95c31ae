import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { CareFact, CareFacts } from './care-facts.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { RuleId } from './duty-rules.ts'
import type { Trigger } from './duties.ts'

/** What a fulfilment is looked for in. */
export interface Evidence {
  readonly file: CaseFile
  readonly facts: CareFacts
  readonly timeZone: string
}

/** What is asked of a trigger, also of one that is gone and that only its Task still names. */
export type FulfilledTrigger = Pick<Trigger, 'kind' | 'id' | 'atMs' | 'encounter' | 'visits'>

/**
 * The earliest fact that meets a duty, of the case file or of what messages told; undefined when none does and people
 * have to say so. A case that only messages speak of may have no file.
 */
export function fulfilmentOf(
  rule: RuleId,
  trigger: FulfilledTrigger,
  evidence: Evidence | undefined,
): CareFact | undefined {
  const told = byVisit.has(rule) ? trigger.visits?.[0] : undefined
  return earliest(evidence && metBy[rule]?.(trigger, evidence), told)
}

/** What a visit meets that a message told of. */
const byVisit: ReadonlySet<RuleId> = new Set<RuleId>(['follow-up-visit', 'emergency-follow-up'])

type MetBy = (trigger: FulfilledTrigger, evidence: Evidence) => CareFact | undefined

const from =
  (list: (facts: CareFacts) => readonly CareFact[]): MetBy =>
  ({ atMs }, { facts }) =>
    list(facts).find(fact => fact.atMs >= atMs)

/** Strictly after: the trigger may be such a fact itself. */
const after =
  (list: (facts: CareFacts) => readonly CareFact[]): MetBy =>
  ({ atMs }, { facts }) =>
    list(facts).find(fact => fact.atMs > atMs)

const contactFrom = from(({ contacts }) => contacts)
const contactAfter = after(({ contacts }) => contacts)
const conclusionAfter = after(({ concludedAssessments }) => concludedAssessments)

const visitFor =
  (...purposes: readonly string[]): MetBy =>
  ({ atMs }, { facts }) =>
    facts.visits.find(visit => visit.atMs >= atMs && purposes.includes(visit.appointment.purpose))

/** The day of discharge doesn't count (HEDIS FUH). */
const visitOnLaterDay: MetBy = ({ atMs }, { facts, timeZone }) =>
  facts.visits.find(
    visit =>
      visit.appointment.purpose === 'follow-up-visit' &&
      localDate(visit.atMs, timeZone) > localDate(atMs, timeZone),
  )

const earliest = (...facts: readonly (CareFact | undefined)[]): CareFact | undefined =>
  facts.filter(fact => fact !== undefined).toSorted((a, b) => a.atMs - b.atMs)[0]

/** What people recorded on the transition of the discharge. */
const onTransition =
  (field: 'dischargeInfoAt' | 'medRecAt', words: string): MetBy =>
  ({ encounter, atMs }, { file, timeZone }) => {
    const transition = file.transitions.find(
      one => one[field] !== undefined && isAbout(one.encounter, encounter),
    )
    return (
      transition && stated(transition[field], { output: `CarePlan/${transition.id}`, words, timeZone, atMs })
    )
  }

const isAbout = (reference: string | undefined, encounter: string | undefined): boolean =>
  encounter !== undefined && (reference === encounter || reference === `Encounter/${encounter}`)

function stated(
  at: string | undefined,
  about: {
    readonly output: string
    readonly words: string
    readonly timeZone: string
    readonly atMs?: number
  },
): CareFact | undefined {
  const atMs = at === undefined ? Number.NaN : startMsOf(at, about.timeZone)
  if (at === undefined || Number.isNaN(atMs) || atMs < (about.atMs ?? atMs)) return undefined
  return { at, atMs, output: about.output, words: about.words }
}

/** A revision of a plan in force, as RevisePlan makes it. */
const revisionAfter = (isMeant: (revision: CareFacts['revisions'][number]) => boolean): MetBy =>
  after(({ revisions }) => revisions.filter(isMeant))

/** Attempts are of a day: one of the day of the trigger counts. */
function attemptOn(
  { atMs }: FulfilledTrigger,
  { file: { case: root }, timeZone }: Evidence,
): CareFact | undefined {
  const attempt = root.outreach.find(({ on }) => on >= localDate(atMs, timeZone))
  return stated(attempt?.on, { output: `EpisodeOfCare/${root.id}`, words: 'the outreach', timeZone })
}

const opening = ({ file: { case: root }, timeZone }: Evidence): CareFact | undefined =>
  stated(root.openedAt, { output: `EpisodeOfCare/${root.id}`, words: 'the opening', timeZone })

const metBy: Readonly<Partial<Record<RuleId, MetBy>>> = {
  screen: (_trigger, { file: { case: root }, timeZone }) =>
    stated(root.eligibleAt ?? root.openedAt, {
      output: `EpisodeOfCare/${root.id}`,
      words: 'the screening',
      timeZone,
    }),
  outreach: (trigger, evidence) =>
    earliest(contactFrom(trigger, evidence), attemptOn(trigger, evidence), opening(evidence)),
  contact: contactFrom,
  'first-contact': contactFrom,
  bereavement: contactFrom,
  'cadence-contact': contactAfter,
  'facility-contact': contactAfter,
  'missed-service': contactAfter,
  'discharge-info': onTransition('dischargeInfoAt', 'the discharge information'),
  'follow-up-visit': visitFor('follow-up-visit', 'med-rec'),
  'med-rec': (trigger, evidence) =>
    earliest(
      onTransition('medRecAt', 'the reconciliation')(trigger, evidence),
      visitFor('med-rec')(trigger, evidence),
    ),
  'home-visit': ({ atMs }, { facts }) =>
    facts.contacts.find(({ contact, atMs: madeMs }) => contact.kind === 'home' && madeMs >= atMs),
  'mental-health-7': visitOnLaterDay,
  'mental-health-30': visitOnLaterDay,
  'emergency-follow-up': visitFor('follow-up-visit'),
  'reassess-after-discharge': conclusionAfter,
  reassess: conclusionAfter,
  'assess-begin': (_trigger, { facts }) => facts.begunAssessments[0],
  assess: (_trigger, { facts }) => facts.concludedAssessments[0],
  'plan-draft': ({ kind, atMs }, { facts }) =>
    facts.drafts.find(draft => kind === 'engagement' || draft.atMs >= atMs),
  'plan-review': (trigger, evidence) =>
    earliest(
      after(({ activations }) => activations)(trigger, evidence),
      revisionAfter(({ plan }) => `plan:${plan.id}` === trigger.id)(trigger, evidence),
    ),
  'adapt-plan': (trigger, evidence) =>
    earliest(
      after(({ drafts }) => drafts)(trigger, evidence),
      revisionAfter(({ plan }) => plan.isPlain !== true)(trigger, evidence),
    ),
  'red-flag': ({ id, atMs }, { file, facts, timeZone }) => {
    const flag = file.flags.find(one => `flag:${one.id}` === id)
    return earliest(
      flag?.state === 'resolved'
        ? stated(flag.end, { output: `Flag/${flag.id}`, words: 'the red flag was resolved', timeZone })
        : undefined,
      facts.contacts.find(fact => fact.atMs > atMs && fact.contact.id !== flag?.contact),
    )
  },
  'closure-review': ({ id }, { file: { case: root }, timeZone }) =>
    root.closure?.approvedBy !== undefined && id === `closure:${root.closure.proposedAt ?? ''}`
      ? stated(root.end, { output: `EpisodeOfCare/${root.id}`, words: 'the approval', timeZone })
      : undefined,
}
