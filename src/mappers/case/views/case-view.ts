import { startMsOf } from '../../../lib/fhir-time.ts'
import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { endedStates } from '../../../care-plan/case/case.ts'
import { currentPlan } from '../../../care-plan/plan/current-plan.ts'
import { phasesOf } from '../../../care-plan/case/phases.ts'
import { statusOfEpisode } from './episode-of.ts'
import type { CaseScene } from './case-scene.ts'
import { teamView } from './team-view.ts'
import { isOwed } from './current.ts'
import { latestRisks } from './latest-risks.ts'

/** `GET /cases/{id}`: the case at a glance. */
export function caseView(scene: CaseScene): object {
  const { file, version, at, stays, models, timeZone } = scene
  const { case: root } = file
  const { closure, hold, models: used, outreach, overrides, ...head } = root
  return {
    ...head,
    status: statusOfEpisode(scene),
    version,
    ...(at !== undefined && { at }),
    phases: phasesOf(file, { stays: stays.stays, models, timeZone }),
    model: modelOf(scene),
    models: used,
    ...(hold && { hold }),
    ...(closure && { closure }),
    ...(outreach.length > 0 && { outreach }),
    ...(overrides.length > 0 && { overrides }),
    plan: planOf(file),
    goals: file.goals
      .filter(({ state }) => state !== 'entered-in-error')
      .map(({ id, text, state, achievement, target, weight, rank, expressedBy }) => ({
        ...{ id, text, state, achievement, target, weight, rank, expressedBy },
      })),
    team: teamView(scene).members.filter(({ active }) => active),
    duties: dutiesOf(scene),
    nextContact: nextContact(scene) ?? null,
    flags: file.flags.filter(({ state }) => state === 'open'),
    risk: latestRisks(file),
  }
}

function modelOf({ file, models }: CaseScene): object | null {
  const used = file.case.models.at(-1)
  if (!used) return null
  const profile = models(used.model, used.version)
  return {
    id: used.model,
    version: used.version,
    since: used.since,
    ...(profile && { title: profile.title }),
  }
}

function planOf(file: CaseFile): object | null {
  const plan = currentPlan(file.plans)
  if (!plan) return null
  const { id, state, major, minor, start, goals, activities } = plan
  return {
    id,
    state,
    version: `${major}.${minor}`,
    start,
    goals: goals.length,
    activities: activities.length,
  }
}

/** Duties that are owed, next first. */
function dutiesOf({ file, nowMs, timeZone }: CaseScene): object {
  const list = file.obligations
    .filter(isOwed)
    .map(({ id, rule, state, due, owner }) => ({
      ...{ id, rule, state, due, owner },
      overdue: state === 'missed' || (due !== undefined && startMsOf(due, timeZone) < nowMs),
    }))
    .toSorted((a, b) => timeOf(a.due, timeZone) - timeOf(b.due, timeZone))
  return { open: list.length, overdue: list.filter(({ overdue }) => overdue).length, list }
}

/** Nothing is later than what has no time. */
const timeOf = (text: string | undefined, timeZone: string): number =>
  text === undefined ? Number.MAX_SAFE_INTEGER : startMsOf(text, timeZone)

const contactRules: ReadonlySet<string> = new Set([
  'first-contact',
  'cadence-contact',
  'contact',
  'facility-contact',
  'home-visit',
])

/** The next time that somebody is to speak with the patient: a contact planned, an appointment, or when one is due. */
function nextContact({ file, nowMs, timeZone }: CaseScene): object | undefined {
  if (endedStates.has(file.case.state)) return undefined
  const planned = file.contacts
    .filter(({ state }) => state === 'planned')
    .map(({ id, at, kind, by }) => ({ what: 'contact', id, at, kind, by }))
  const booked = file.appointments
    .filter(
      ({ state, companion, start }) => state === 'booked' && companion !== undefined && start !== undefined,
    )
    .map(({ id, start = '', companion }) => ({
      what: 'appointment',
      id,
      at: start,
      kind: 'accompanied',
      by: companion,
    }))
  const due = file.obligations
    .filter(duty => isOwed(duty) && contactRules.has(duty.rule) && duty.due !== undefined)
    .map(({ id, due: at = '', rule, owner }) => ({ what: 'duty', id, at, kind: rule, by: owner }))
  return [...planned, ...booked.filter(({ at }) => timeOf(at, timeZone) >= nowMs), ...due].toSorted(
    (a, b) => timeOf(a.at, timeZone) - timeOf(b.at, timeZone),
  )[0]
}
