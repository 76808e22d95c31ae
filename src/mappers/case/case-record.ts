import { startMsOf } from '../../lib/fhir-time.ts'
import { derivedId } from '../../lib/ids.ts'
import type { KnownCase } from '../../care-plan/case/case-fold.ts'
import type { Resource } from '../../fhir/resource.ts'
import { careTeamLens, teamPins, type CareTeamState } from './lenses/care-team-lens.ts'
import { caseOfCode } from './lenses/case-status.ts'
import { endedByPeople, episodeLens, isCase, isEndedCase, type EpisodeState } from './lenses/episode-lens.ts'
import type { Lens } from './lenses/lens.ts'
import { caseNames, type CaseNames } from './names.ts'
import type { NounLens } from './nouns/noun-lens.ts'
import { nounLenses } from './nouns/noun-lenses.ts'
import { linkedEpisode, planLens, type PlanState } from './lenses/plan-lens.ts'
import { recentMemory } from '../../lib/recent-memory.ts'
import { rememberedBy, rememberedReading } from '../../lib/remembered-lists.ts'
import { extensionOf } from './lenses/slots.ts'
import { caseNumberOf, isTouched, taskLens, type TaskState } from './lenses/task-lens.ts'

/** The names and lenses of one canonical base. */
export interface CaseLenses {
  readonly names: CaseNames
  readonly episode: Lens<EpisodeState>
  /** The same EpisodeOfCare as the case that it is. */
  readonly root: NounLens<'case'>
  readonly assignment: NounLens<'assignment'>
  readonly team: Lens<CareTeamState>
  readonly plan: Lens<PlanState>
  readonly task: Lens<TaskState>
}

/** Made once for each base: a process has one. */
const made = new Map<string, CaseLenses>()

export function caseLenses(canonicalBase: string): CaseLenses {
  const known = made.get(canonicalBase)
  if (known) return known
  const names = caseNames(canonicalBase)
  const lenses = {
    names,
    episode: episodeLens(names),
    root: nounLenses(canonicalBase).of('case'),
    assignment: nounLenses(canonicalBase).of('assignment'),
    team: careTeamLens(names),
    plan: planLens(names),
    task: taskLens(names),
  }
  made.set(canonicalBase, lenses)
  return lenses
}

/** Whose ids are derived: those of one patient's compartment. */
export interface IdSpace {
  readonly tenant: number
  readonly shard: number
  /** Of another patient who is this one now, and of the cases and stays that were theirs; undefined = `shard`. */
  readonly shardOf?: (id: string) => number | undefined
}

/** One decision asks for the same ids again and again, and so does the next about the case: hashing was a tenth of its cost. */
const knownIds = recentMemory<string>(20_000)

/** Ids from stable parts, so that no order of arrival and no replay makes a second one (ADR case ids). */
export function caseIds({ tenant, shard, shardOf }: IdSpace) {
  const idOf = (type: string, key: string, within: number): string => {
    const name = `${tenant} ${within} ${type} ${key}`
    const id = knownIds.get(name) ?? derivedId(within, tenant, type, key)
    knownIds.keep(name, id, 1)
    return id
  }
  const shards = new Map<string, number>()
  const shardWith = (id: string): number => shards.get(id) ?? shardOf?.(id) ?? shard
  return {
    episode: (patient: string, n: number): string => {
      const within = shardWith(patient)
      const id = idOf('EpisodeOfCare', `${patient}|case|${n}`, within)
      if (shardOf) shards.set(id, within)
      return id
    },
    team: (caseId: string): string => idOf('CareTeam', `${caseId}|team`, shardWith(caseId)),
    transition: (caseId: string, trigger: string): string =>
      idOf('CarePlan', `${caseId}|transition|${trigger}`, shardWith(caseId)),
    /** `n` counts in a series; a Task that its owner declined is followed by one more. */
    task: (caseId: string, rule: string, trigger: string, n = '0'): string =>
      idOf('Task', `${caseId}|${rule}|${trigger}|${n}`, shardWith(caseId)),
    flag: (encounter: string, code: string): string =>
      idOf('Flag', `${encounter}|${code}`, shardWith(encounter)),
    risk: (caseId: string, trigger: string, method: string): string =>
      idOf('RiskAssessment', `${caseId}|${trigger}|${method}`, shardWith(caseId)),
  }
}

export type CaseIds = ReturnType<typeof caseIds>

/** A patient's compartment, sorted by what case management looks for. */
export interface CaseRecord {
  readonly episodes: readonly Resource[]
  readonly byId: ReadonlyMap<string, Resource>
  readonly teamsOf: (caseId: string) => readonly Resource[]
  readonly plansOf: (caseId: string) => readonly Resource[]
  readonly tasksOf: (caseId: string) => readonly Resource[]
}

export const caseRecord = (compartment: readonly Resource[], names: CaseNames): CaseRecord =>
  recordBy(names)(compartment)

const SORTED: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task'])

const recordBy = rememberedBy((names: CaseNames) =>
  rememberedReading<Resource, CaseRecord>({
    whole: compartment => recordOf(compartment, names),
    patched: (was, { replaced, added }) => {
      const is = [...replaced.map(one => one.is), ...added]
      if (is.some(({ resourceType }) => SORTED.has(resourceType))) return undefined
      const byId = new Map(was.byId)
      for (const resource of is) if (resource.id !== undefined) byId.set(resource.id, resource)
      return is.some(one => isOfTwo(was.byId, one)) ? undefined : { ...was, byId }
    },
  }),
)

/** Resources of two types may have the same id. */
const isOfTwo = (byId: CaseRecord['byId'], { resourceType, id = '' }: Resource): boolean =>
  (byId.get(id)?.resourceType ?? resourceType) !== resourceType

function recordOf(compartment: readonly Resource[], names: CaseNames): CaseRecord {
  const episodes = compartment.filter(resource => isCase(resource, names))
  const ofType = (type: string): readonly Resource[] =>
    compartment.filter(resource => resource.resourceType === type)
  const teams = Map.groupBy(ofType('CareTeam'), linkedEpisode)
  const plans = Map.groupBy(ofType('CarePlan'), linkedEpisode)
  const tasks = Map.groupBy(ofType('Task'), task => caseNumberOf(task, names))
  return {
    episodes,
    byId: new Map(
      compartment.flatMap(resource => (resource.id === undefined ? [] : [[resource.id, resource]])),
    ),
    teamsOf: caseId => teams.get(caseId) ?? [],
    plansOf: caseId => plans.get(caseId) ?? [],
    tasksOf: caseId => tasks.get(caseId) ?? [],
  }
}

export const isDerived = (resource: Resource, names: CaseNames): boolean =>
  extensionOf(resource, names.derived) !== undefined

/** What people made of each case on record. */
export function knownCases(record: CaseRecord, lenses: CaseLenses, timeZone: string): readonly KnownCase[] {
  return record.episodes.flatMap(episode => {
    if (episode.id === undefined) return []
    const state = lenses.episode.read(episode)
    const startMs = state.start === undefined ? Number.NaN : startMsOf(state.start, timeZone)
    if (state.start === undefined || Number.isNaN(startMs)) return []
    const ended = endedByPeople(state)
    const endedMs = ended === undefined ? Number.NaN : startMsOf(ended, timeZone)
    return [
      {
        id: episode.id,
        state: caseOfCode(state.standing.own).state,
        startMs,
        start: state.start,
        ...(isEndedCase(state.standing.own) && { endedMs: Number.isNaN(endedMs) ? startMs : endedMs }),
        isTouched: isTouchedCase(episode, state, { record, lenses }),
        isHighRisk: state.acuity === 'high',
        isMerged: lenses.root.read(episode).mergedInto !== undefined,
      },
    ]
  })
}

function isTouchedCase(
  episode: Resource,
  { standing, acuity }: EpisodeState,
  { record, lenses }: { readonly record: CaseRecord; readonly lenses: CaseLenses },
): boolean {
  const { names } = lenses
  const id = episode.id ?? ''
  return (
    standing.own !== 'identified' ||
    acuity !== undefined ||
    episode['careManager'] !== undefined ||
    record.teamsOf(id).some(team => teamPins(team, names).members.size > 0) ||
    record
      .plansOf(id)
      .some(plan => !isDerived(plan, names) || lenses.plan.read(plan).standing.own !== 'active') ||
    record.tasksOf(id).some(task => isWorkedOn(task, lenses))
  )
}

/** A Task that a person made, took, began or finished. */
export const isWorkedOn = (task: Resource, { names, task: lens }: CaseLenses): boolean =>
  !isDerived(task, names) || isTouched(task, lens.read(task).standing.own, names)
