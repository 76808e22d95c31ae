import type { Calendar } from '../../../lib/business-days.ts'
import { startMsOf, zonedTextOf } from '../../../lib/fhir-time.ts'
import { shardInId, shardOfKey } from '../../../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import { endedStates } from '../../../care-plan/case/case.ts'
import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { CaseRules } from '../../../care-plan/case/case-rules.ts'
import type { ModelLookup } from '../../../care-plan/models/model-profile.ts'
import type { InvariantContext } from '../../../care-plan/invariants/invariant.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import { contradiction, dutiesOf } from '../../../care-plan/duties/duties.ts'
import { patientOf } from '../../../fhir/compartment.ts'
import { keyTextOf, type Resource } from '../../../fhir/resource.ts'
import { acceptedEpisodes, markedAssignment } from './assignment-law.ts'
import { atFault } from './at-fault.ts'
import { newCareTeam } from '../lenses/care-team-lens.ts'
import {
  caseIds,
  caseLenses,
  caseRecord,
  type CaseIds,
  type CaseLenses,
  type CaseRecord,
} from '../case-record.ts'
import { derivedTeam } from '../effects/derived-team.ts'
import { hasPeople } from '../effects/episode-effects.ts'
import { lawfulEpisode, recordedEpisode } from './episode-law.ts'
import { isCase } from '../lenses/episode-lens.ts'
import { joinPlans, type Candidate, type Joined } from '../join-plan.ts'
import { lawfulNouns, withExactStateOf } from './noun-law.ts'
import { caseOwners, readCaseFile } from '../nouns/case-files.ts'
import { lifeOf, narrowed } from './native-moves.ts'
import { nounLenses } from '../nouns/noun-lenses.ts'
import { statedCase } from '../nouns/case-link.ts'
import { mendedRules, revivedReview } from './mended-rules.ts'
import { lostPlan } from './plan-link-law.ts'
import { conflictAsked, planQuestion, PLAN_STEP, settledQuestions } from '../plan-question.ts'
import { tagOf } from '../lenses/slots.ts'
import { notDeletable } from './not-deletable.ts'
import { lawfulPlan, lawfulTask, lawfulTeam, recordedStatus } from './status-law.ts'
import { LAW_TRIGGER } from '../effects/task-effects.ts'
import { newTask } from '../lenses/task-lens.ts'
import { writeTask } from '../lenses/write-task.ts'

export interface CaseLawInput {
  readonly tenant: number
  /** `{cm}` of interface.md 5. */
  readonly canonicalBase: string
  /** EpisodeOfCare, CareTeam, CarePlan, Task and Goal of the patients concerned, as they stood. */
  readonly compartment: readonly Resource[]
  /** What is to be written; all with ids. */
  readonly changed: readonly Resource[]
  /** What is to be deleted, as it stood. */
  readonly removed?: readonly Resource[]
  /** Who writes: `Practitioner/x`. */
  readonly actor: string
  /** A client is refused what is illegal; what a peer says has happened is recorded, flagged and reviewed. */
  readonly door: 'fhir' | 'peer'
  /** What a peer and people here changed at the same time: ours stands, and people are asked. */
  readonly clashes?: readonly Clash[]
  /** Instant of the write. */
  readonly at: string
  readonly timeZone: string
  readonly calendar: Calendar
  readonly rules: CaseRules
  readonly models: ModelLookup
  /** The visits of a patient, as messages told; left out where they are not known. */
  readonly staysOf?: ((patient: string) => readonly Stay[]) | undefined
}

export interface Clash {
  /** The resource as it stands now. */
  readonly about: Resource
  readonly elements: readonly string[]
}

/** What the parts of the law share. */
interface Court extends CaseLawInput {
  readonly lenses: CaseLenses
  readonly stood: ReadonlyMap<string, Resource>
  /** What stands when all is written. */
  readonly record: CaseRecord
  /** Ids of the EpisodesOfCare that are a case, before or after. */
  readonly cases: ReadonlySet<string>
  /** A case with all that belongs to it, when all is written. */
  readonly fileOf: (caseId: string) => CaseFile | undefined
}

/**
 * The law over what belongs to a case: EpisodesOfCare of a case type, CarePlans and CareTeams linked to one, Tasks whose
 * groupIdentifier is its number, every noun that is linked to one or that its plan refers to. Gives what to write: what
 * was sent, the very same object where the law adds nothing, and what follows from it (team members, a review). All else
 * passes untouched. A plain plan joins the patient's only open case when that breaks no rule; else people are asked to
 * look. Fails, at the door `fhir` only, with `illegal-transition`, `case-condition`, `rule-broken`, `derived-element`,
 * `case-type-unknown` or `case-owned-not-deletable`.
 */
export function applyCaseLaw(input: CaseLawInput): Result<readonly Resource[]> {
  const lenses = nounLenses(input.canonicalBase)
  const { changed, compartment } = input
  const lost = input.door === 'fhir' ? lostPlan({ changed, compartment }) : undefined
  if (lost) return fail(lost)
  if (input.door === 'fhir' && isOfNoCase(input)) return ok(changed)
  const joined = joinPlans({ changed, compartment, lenses })
  if (joined.changed === changed) return judgeAll(input, joined.unsure)
  // Whether what a peer sent may join is asked as of a client; what it sent is recorded all the same.
  const lawful = judgeAll({ ...input, door: 'fhir', changed: joined.changed }, joined.unsure)
  return lawful.ok ? lawful : judgeAll(input, [...joined.unsure, ...joined.plans])
}

/** Nothing stands that a case is made of, and no case comes: most of what FHIR apps write is about nobody's case. */
const isOfNoCase = ({ changed, compartment, removed = [] }: CaseLawInput): boolean =>
  compartment.length + removed.length === 0 &&
  !changed.some(({ resourceType }) => resourceType === 'EpisodeOfCare')

/** Judges every write. A plan `asked` about stays as it came, and people are asked to look at it. */
function judgeAll(input: CaseLawInput, asked: Joined['unsure']): Result<readonly Resource[]> {
  const court = courtOf(input)
  const { stood } = court
  const kept = input.removed?.find(resource => isKept(resource, court))
  if (kept) return fail(notDeletable(kept, { lenses: court.lenses, isRunning: isRunning(kept, court) }))
  const written: Resource[] = []
  const reviews: Resource[] = []
  const refused = new Set<Resource>()
  for (const after of input.changed) {
    const judged = judge(after, court)
    if (judged.ok) written.push(judged.value)
    else if (input.door === 'fhir') return fail(atFault(judged.failure, after))
    else {
      const asSaid = recorded(after, court)
      refused.add(asSaid)
      written.push(asSaid)
      reviews.push(...reviewOf(after, court))
    }
  }
  const nouns = underNounLaw({ written: [...written, ...managed(written, court)], refused }, court)
  if (!nouns.ok) return nouns
  const questions = [
    ...asked.flatMap(candidate => questionAbout(candidate, court)),
    ...(input.clashes ?? []).flatMap(clash => conflictReview(clash, court)),
  ]
  const tasks = [...new Map([...stood, ...byKey(nouns.value)]).values()].filter(isTask)
  const settled = settledQuestions(nouns.value, tasks, court.lenses)
  const result = [...nouns.value, ...reviews, ...questions, ...settled]
  return ok([...byKey([...result, ...teamsOf(result, court)]).values()])
}

/** What belongs to a case is withdrawn by its status, not deleted (I5, I20, I22). */
function isKept(resource: Resource, court: Court): boolean {
  if (ownerOf(resource, court) !== undefined) return true
  const lenses = nounLenses(court.canonicalBase)
  if (!lenses.fitting(resource)) return false
  const owners = caseOwners([...court.stood.values()], lenses)
  return [...owners.keys()].some(one => keyTextOf(one) === keyTextOf(resource))
}

function courtOf(input: CaseLawInput): Court {
  const lenses = caseLenses(input.canonicalBase)
  const stood = byKey(input.compartment)
  const standing = [...new Map([...stood, ...byKey(input.changed)]).values()]
  return {
    ...input,
    lenses,
    stood,
    record: caseRecord(standing, lenses.names),
    fileOf: caseId => readCaseFile(caseId, standing, nounLenses(input.canonicalBase)),
    cases: new Set(
      [...input.compartment, ...input.changed]
        .filter(resource => isCase(resource, lenses.names))
        .flatMap(({ id }) => id ?? []),
    ),
  }
}

/** The RelatedPersons on the record: who may speak for the patient. */
const relativesIn = (stood: Court['stood']): readonly string[] =>
  [...stood.values()].filter(({ resourceType }) => resourceType === 'RelatedPerson').map(keyTextOf)

interface Heard {
  readonly written: readonly Resource[]
  /** What is flagged and reviewed already. */
  readonly refused: ReadonlySet<Resource>
}

/** The law of the nouns; what a peer did against it is flagged and reviewed. */
function underNounLaw({ written, refused }: Heard, court: Court): Result<readonly Resource[]> {
  const { at, actor, stood, rules, models, calendar, timeZone } = court
  const context = {
    actor,
    at,
    recorded: at,
    rules,
    models,
    calendar,
    timeZone,
    stays: [],
    relatives: relativesIn(stood),
  }
  const lenses = nounLenses(court.canonicalBase)
  if (court.cases.size === 0) return ok(written)
  const lawful = lawfulNouns({ lenses, stood, written, context, isPeer: court.door === 'peer' })
  if (lawful.ok) return ok(withMends(lawful.value, context, court))
  if (court.door === 'fhir') return fail(lawful.failure.failure)
  const { failure, resources, caseId } = lawful.failure
  const meant = new Set(resources.filter(one => !refused.has(one)))
  const flag = tagOf(court.lenses.names.flag, 'rule-broken')
  const flagged = written.map(one => {
    const stated = withExactStateOf(one, lenses)
    return meant.has(one) ? flag.set(stated, true) : stated
  })
  const step = failure.rule ?? failure.code
  const reviews = [...meant].slice(0, 1).flatMap(one => reviewTask(one, { caseId, step }, court))
  return ok([...flagged, ...reviews])
}

/** With what a write puts right that was flagged before. */
function withMends(
  written: readonly Resource[],
  context: InvariantContext,
  court: Court,
): readonly Resource[] {
  const standing = [...new Map([...court.stood, ...byKey(written)]).values()]
  const { lenses } = court
  const nouns = nounLenses(court.canonicalBase)
  const mended = [...court.cases].flatMap(caseId => {
    const fileOf = (): CaseFile | undefined => readCaseFile(caseId, standing, nouns)
    const isOfCase = (one: Resource): boolean => caseOwners(standing, nouns).get(one) === caseId
    return mendedRules({ resources: standing, caseId, isOfCase, fileOf, lenses, context })
  })
  return mended.length === 0 ? written : [...byKey([...written, ...mended]).values()]
}

const byKey = (resources: readonly Resource[]): ReadonlyMap<string, Resource> =>
  new Map(resources.map(resource => [keyTextOf(resource), resource]))

/** Id of the case that owns a resource; undefined when none on record does. */
function ownerOf(resource: Resource | undefined, { lenses, cases }: Court): string | undefined {
  if (!resource) return undefined
  if (resource.resourceType === 'EpisodeOfCare')
    return isCase(resource, lenses.names) ? resource.id : undefined
  const id = statedCase(resource, lenses.names)
  return id !== undefined && cases.has(id) ? id : undefined
}

function judge(after: Resource, court: Court): Result<Resource> {
  const before = court.stood.get(keyTextOf(after))
  if (ownerOf(before, court) === undefined && ownerOf(after, court) === undefined) return ok(after)
  switch (after.resourceType) {
    case 'EpisodeOfCare':
      return isCase(after, court.lenses.names) ? lawfulEpisode({ before, after }, court) : fail(noCaseType)
    case 'Task': {
      const task = lawfulTask({ before, after }, court)
      return task.ok ? ok(markedAssignment({ before, after: task.value }, court)) : task
    }
    case 'CarePlan': {
      const plan = lawfulPlan({ before, after }, court.lenses)
      const life = plan.ok || !before ? undefined : lifeOf(before, nounLenses(court.canonicalBase))
      return plan.ok || !before ? plan : fail(narrowed(plan.failure, before, life))
    }
    case 'CareTeam':
      return lawfulTeam({ before, after }, { lenses: court.lenses, isRunning: isRunning(before, court) })
    default:
      return ok(after)
  }
}

/** Whether the case that a resource stood in goes on when all is written. */
function isRunning(before: Resource | undefined, court: Court): boolean {
  const episode = court.record.byId.get(ownerOf(before, court) ?? '')
  return episode !== undefined && !endedStates.has(court.lenses.root.read(episode).state)
}

/** The cases that somebody accepted with this write, as they will be but for that. */
function managed(written: readonly Resource[], court: Court): readonly Resource[] {
  const will = new Map([...court.stood, ...byKey(written)])
  return acceptedEpisodes({
    ...court,
    written,
    stoodAs: resource => court.stood.get(keyTextOf(resource)),
    episodeOf: task => will.get(`EpisodeOfCare/${ownerOf(task, court) ?? ''}`),
  })
}

/** What a peer says has happened, flagged. */
function recorded(after: Resource, court: Court): Resource {
  const before = court.stood.get(keyTextOf(after))
  const kept =
    after.resourceType === 'EpisodeOfCare'
      ? recordedEpisode({ before, after }, court)
      : recordedStatus({ before, after }, court)
  return tagOf(court.lenses.names.flag, 'illegal-transition').set(kept, true)
}

/** A Task for people to look at what a peer did against the law; once for each such step. */
function reviewOf(after: Resource, court: Court): readonly Resource[] {
  const before = court.stood.get(keyTextOf(after))
  const caseId = ownerOf(before, court) ?? ownerOf(after, court)
  const step = `${String(before?.['status'])}>${String(after['status'])}`
  return caseId === undefined ? [] : reviewTask(after, { caseId, step }, court)
}

/** Which case a plain plan belongs to, or how it fits into the one there is, is for people to say; asked once. */
const questionAbout = (candidate: Candidate, court: Court): readonly Resource[] =>
  reviewTask(candidate.plan, { caseId: candidate.caseId, step: PLAN_STEP }, court).map(task =>
    court.stood.has(keyTextOf(task)) ? task : planQuestion(task, candidate, court.lenses),
  )

/** One Task for each resource and the elements of it that clashed, however often they do until somebody has looked. */
function conflictReview({ about, elements }: Clash, court: Court): readonly Resource[] {
  const owners = caseOwners([...court.stood.values()], nounLenses(court.canonicalBase))
  const [, part] = [...owners].find(([one]) => keyTextOf(one) === keyTextOf(about)) ?? []
  const caseId = ownerOf(about, court) ?? part
  const step = `conflict ${elements.join(' ')}`
  return caseId === undefined
    ? []
    : reviewTask(about, { caseId, step, kind: 'conflict' }, court).map(task =>
        conflictAsked(task, about, elements),
      )
}

const isTask = ({ resourceType }: Resource): boolean => resourceType === 'Task'

interface Review {
  readonly caseId: string
  /** What is looked at, so that it is asked once. */
  readonly step: string
  readonly kind?: 'conflict'
}

function reviewTask(about: Resource, { caseId, step, kind }: Review, court: Court): readonly Resource[] {
  const { lenses, timeZone } = court
  const patient = patientOf(about)
  if (patient === undefined) return []
  const atMs = startMsOf(court.at, timeZone)
  const trigger = contradiction({
    id: `${LAW_TRIGGER}${keyTextOf(about)}:${step}`,
    caseId,
    at: zonedTextOf(atMs, timeZone),
    atMs,
  })
  return dutiesOf([kind ? { ...trigger, kind } : trigger], court).map(duty => {
    const id = idsOf(caseId, patient, court).task(caseId, duty.rule, trigger.id)
    const stands = court.stood.get(`Task/${id}`)
    if (stands) return revivedReview(stands, trigger.at, lenses)
    const task = newTask({ id, duty, patient }, lenses.names)
    const state = lenses.task.read(task)
    const { due, words } = duty
    return writeTask(task, { ...state, authored: trigger.at, due, words, modified: trigger.at }, lenses)
  })
}

/** The teams of the cases that what is written belongs to, or belonged to, where their members change. */
function teamsOf(written: readonly Resource[], court: Court): readonly Resource[] {
  const after = caseRecord([...byKey([...court.stood.values(), ...written]).values()], court.lenses.names)
  const owners = written
    .flatMap(resource => [resource, court.stood.get(keyTextOf(resource))])
    .flatMap(resource => ownerOf(resource, court) ?? [])
  return [...new Set(owners)].flatMap(caseId => teamOf(caseId, after, court))
}

function teamOf(caseId: string, after: CaseRecord, court: Court): readonly Resource[] {
  const { lenses, timeZone } = court
  const episode = after.byId.get(caseId)
  const patient = episode && patientOf(episode)
  if (!episode || patient === undefined) return []
  const id = idsOf(caseId, patient, court).team(caseId)
  const found = after.teamsOf(caseId).find(team => team.id === id) ?? after.teamsOf(caseId)[0]
  const team = found ?? newCareTeam({ id, caseId, patient }, lenses.names)
  const facts = {
    patient,
    tasks: after.tasksOf(caseId),
    episode,
    at: zonedTextOf(startMsOf(court.at, timeZone), timeZone),
  }
  const derived = derivedTeam(team, facts, lenses)
  const isNeeded = found !== undefined || hasPeople(derived, lenses)
  return isNeeded && derived !== found ? [derived] : []
}

/** Everything about a case lives in the shard of its patient. */
const idsOf = (caseId: string, patient: string, { tenant }: Court): CaseIds =>
  caseIds({
    tenant,
    shard: shardInId(caseId) ?? shardInId(patient) ?? shardOfKey(tenant, `Patient/${patient}`),
  })

const noCaseType: Failure = {
  kind: 'business-rule',
  code: 'derived-element',
  message: 'The type that makes an EpisodeOfCare a case can only be replaced by another case type.',
  expression: 'EpisodeOfCare.type',
}
