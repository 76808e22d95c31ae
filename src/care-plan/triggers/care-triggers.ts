import { startMsOf, withTime, zonedTextOf } from '../../lib/fhir-time.ts'
import { careFacts, type CareFacts } from '../duties/care-facts.ts'
import type { CaseCourse } from '../case/case-fold.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Overtaken, Trigger } from '../duties/duties.ts'
import type { TriggerKind } from '../duties/duty-rules.ts'
import { missesOf, repeatedMisses } from '../duties/missed-services.ts'
import { modelAt, modelSpans, type ModelSpan } from '../models/model-in-force.ts'
import type { ModelProfile } from '../models/model-profile.ts'
import { pausedByHold, resumptionsOf, restingOnHold } from '../case/case-hold.ts'
import { seriesOf, type Anchor, type Settled } from '../duties/series.ts'
import type { TriggerInput } from './trigger-input.ts'

/** One case with what people did in it, ready to be asked. */
interface Care {
  readonly course: CaseCourse
  readonly file: CaseFile
  readonly facts: CareFacts
  readonly spans: readonly ModelSpan[]
  readonly timeZone: string
  readonly settled: Settled
  /** When the case went on after each hold. */
  readonly resumed: readonly Anchor[]
  readonly isInpatientAt: (atMs: number) => boolean
}

/** What calls for duties in what people did: opening, models, plans, contacts, misses, flags, holds and closure. */
export function careTriggers(input: TriggerInput): readonly Trigger[] {
  return input.fold.courses.flatMap(course => {
    const file = input.files.get(course.id)
    if (!file || course.standing === 'withdrawn' || isUntouched(file)) return []
    const { timeZone, models } = input
    const care: Care = {
      course,
      file,
      facts: careFacts(file, timeZone),
      spans: modelSpans(file, models, timeZone),
      timeZone,
      settled: input.settled ?? (() => undefined),
      resumed: resumptionsOf(file, timeZone),
      isInpatientAt: atMs => isInpatientAt(input, atMs),
    }
    return [
      ...eligibility(care),
      ...engagement(care),
      ...switches(care),
      ...cadence(care),
      ...planCycles(care),
      ...reassessments(care),
      ...missTriggers(care),
      ...flagTriggers(care),
      ...holdTriggers(care),
      ...closureTriggers(care),
    ]
      .filter(trigger => isOfTheLiving(trigger, course))
      .map(trigger => endedWithCase(trigger, course, timeZone))
  })
}

/** Nothing that happens after a death calls for care (I21). */
const isOfTheLiving = ({ atMs }: Trigger, { isDeceased, endMs }: CaseCourse): boolean =>
  !isDeceased || endMs === undefined || atMs <= endMs

/** Nothing that duties follow from: every case that only messages speak of. */
const isUntouched = ({
  case: root,
  flags,
  activities,
  appointments,
  plans,
  assessments,
}: CaseFile): boolean =>
  root.eligibleAt === undefined &&
  root.openedAt === undefined &&
  root.models.length + flags.length + activities.length + appointments.length === 0 &&
  plans.length + assessments.length === 0 &&
  root.hold === undefined &&
  root.closure === undefined

const isInpatientAt = ({ facts }: TriggerInput, atMs: number): boolean =>
  facts.inpatientAdmissions.some(
    admission =>
      admission.atMs <= atMs &&
      !facts.discharges.some(end => end.stay === admission.stay && end.atMs <= atMs),
  )

interface About {
  readonly kind: TriggerKind
  readonly id: string
  readonly at: string | undefined
  readonly model?: ModelProfile | undefined
  readonly overtaken?: Overtaken | undefined
}

/** A trigger of people; none when its time can't be read. Known when it happened, for all that anybody can tell. */
function triggerOf(
  { kind, id, at, model, overtaken }: About,
  { course, timeZone }: Care,
): readonly Trigger[] {
  const atMs = at === undefined ? Number.NaN : startMsOf(at, timeZone)
  if (at === undefined || Number.isNaN(atMs)) return []
  const time = withTime(at, timeZone)
  return [
    {
      ...{ kind, id, caseId: course.id, isHighRisk: course.isHighRisk },
      ...{ at: time, atMs, recorded: time, recordedMs: atMs },
      ...(model && { model }),
      ...(overtaken && { overtaken }),
    },
  ]
}

/** What was still open when people ended the case need not be done. */
function endedWithCase(trigger: Trigger, course: CaseCourse, timeZone: string): Trigger {
  const { endMs, isDeceased } = course
  const isBefore = trigger.overtaken?.atMs !== undefined && trigger.overtaken.atMs <= (endMs ?? Infinity)
  if (endMs === undefined || isDeceased || isBefore || trigger.kind === 'closure-proposed') return trigger
  return {
    ...trigger,
    overtaken: { reason: 'case ended', recorded: zonedTextOf(endMs, timeZone), atMs: endMs },
  }
}

const eligibility = (care: Care): readonly Trigger[] =>
  triggerOf({ kind: 'eligible', id: 'eligible', at: care.file.case.eligibleAt }, care)

/** Id of the trigger that the opening of a case is. */
export const OPENED = 'opened'

function engagement(care: Care): readonly Trigger[] {
  const [first] = care.spans
  return triggerOf(
    { kind: 'engagement', id: OPENED, at: care.file.case.openedAt, model: first?.model },
    care,
  ).map(trigger =>
    pausedByHold(
      {
        ...trigger,
        isInpatient: care.isInpatientAt(trigger.atMs),
        ...(first && switchedAway(first, care)),
      },
      care.file,
      care.resumed,
    ),
  )
}

const switches = (care: Care): readonly Trigger[] =>
  care.spans.slice(1).flatMap(span =>
    triggerOf(
      {
        kind: 'model-switched',
        id: modelKey(span),
        at: span.since,
        model: span.model,
        ...switchedAway(span, care),
      },
      care,
    ).map(trigger => pausedByHold(trigger, care.file, care.resumed)),
  )

const modelKey = ({ since }: ModelSpan): string => `model:${since}`

/** What a model asked for ends with it. */
const switchedAway = (
  { endMs }: Pick<ModelSpan, 'endMs'>,
  { timeZone }: Care,
): { readonly overtaken?: Overtaken } =>
  endMs === undefined
    ? {}
    : { overtaken: { reason: 'model switched', recorded: zonedTextOf(endMs, timeZone), atMs: endMs } }

/** The next contact under each model: counted from its start, under the first one from the first contact made. */
function cadence(care: Care): readonly Trigger[] {
  return care.spans.flatMap((span, i) => {
    const start = i === 0 ? firstContact(care) : { at: span.since, atMs: span.sinceMs }
    if (!start || (span.endMs !== undefined && start.atMs >= span.endMs)) return []
    const [base] = triggerOf(
      {
        kind: 'contact-cadence',
        id: modelKey(span),
        at: start.at,
        model: span.model,
        ...switchedAway(span, care),
      },
      care,
    )
    if (!base) return []
    const steps = seriesOf({
      trigger: base,
      rule: 'cadence-contact',
      start: base,
      done: care.facts.contacts,
      settled: care.settled,
      resumed: care.resumed,
      step: n => ({ everyDays: everyDaysAt(span.model, n), model: span.model }),
      ...(span.endMs !== undefined && { endMs: span.endMs }),
    })
    return steps.map(step => restingOnHold(step, care.file))
  })
}

function firstContact({ file, facts, settled, course, timeZone }: Care): Anchor | undefined {
  const opened = file.case.openedAt
  const openedMs = opened === undefined ? Number.NaN : startMsOf(opened, timeZone)
  const made = facts.contacts.find(({ atMs }) => atMs >= openedMs)
  return made ?? settled({ caseId: course.id, rule: 'first-contact', trigger: OPENED, n: 0 })
}

/** Days until the n-th contact of a model, n from 0, by the phase that it falls into. */
function everyDaysAt({ cadence: phases }: ModelProfile, n: number): number {
  let left = n
  for (const { everyDays, times } of phases) {
    if (times === undefined || left < times) return everyDays
    left -= times
  }
  return phases.at(-1)?.everyDays ?? 30
}

/** Reviews of each plan while it is the active one. */
function planCycles(care: Care): readonly Trigger[] {
  const { activations } = care.facts
  return activations.flatMap(({ plan, at, atMs }, i) => {
    const next = activations[i + 1]
    const ended = next?.atMs ?? (endedPlans.has(plan.state) ? endMsOf(plan.end, care) : undefined)
    const overtaken: Overtaken | undefined =
      ended === undefined
        ? undefined
        : { reason: 'plan replaced', recorded: zonedTextOf(ended, care.timeZone), atMs: ended }
    const [base] = triggerOf({ kind: 'plan-cycle', id: `plan:${plan.id}`, at, overtaken }, care)
    if (!base) return []
    const steps = seriesOf({
      trigger: base,
      rule: 'plan-review',
      start: { at, atMs },
      done: care.facts.revisions.filter(revision => revision.plan.id === plan.id),
      settled: care.settled,
      resumed: care.resumed,
      step: (_n, anchor) => {
        const model = modelAt(care.spans, anchor.atMs) ?? care.spans[0]?.model
        return model && { everyDays: model.reviewDays, model }
      },
      ...(ended !== undefined && { endMs: ended }),
    })
    return steps.map(step => restingOnHold(step, care.file))
  })
}

const endedPlans: ReadonlySet<string> = new Set(['superseded', 'completed', 'revoked'])

function endMsOf(end: string | undefined, { timeZone, course }: Care): number | undefined {
  const endMs = end === undefined ? Number.NaN : startMsOf(end, timeZone)
  return Number.isNaN(endMs) ? course.endMs : endMs
}

/** The next assessment, counted from each one concluded; an earlier one is met by the next. */
const reassessments = (care: Care): readonly Trigger[] =>
  care.facts.concludedAssessments.flatMap(({ at, atMs, output }) => {
    const model = modelAt(care.spans, atMs) ?? care.spans[0]?.model
    const days = model?.reassessDays
    return days === undefined
      ? []
      : triggerOf({ kind: 'assessed', id: `assessed:${output}`, at, model }, care).map(trigger => ({
          ...trigger,
          everyDays: days,
        }))
  })

function missTriggers(care: Care): readonly Trigger[] {
  const { file, timeZone, spans } = care
  const misses = missesOf(file, timeZone)
  const repeated = repeatedMisses(
    misses,
    ({ atMs }) => modelAt(spans, atMs)?.missedService.adaptAfterMisses,
    timeZone,
  )
  const triggers = (kind: TriggerKind, prefix: string) =>
    (kind === 'service-missed' ? misses : repeated).flatMap(({ id, at, atMs }) =>
      triggerOf({ kind, id: `${prefix}${id}`, at, model: modelAt(spans, atMs) }, care),
    )
  return [...triggers('service-missed', ''), ...triggers('services-missed', 'again:')]
}

const flagTriggers = (care: Care): readonly Trigger[] =>
  care.file.flags
    .filter(({ state }) => state !== 'entered-in-error')
    .flatMap(({ id, at, code, text }) =>
      triggerOf(
        {
          kind: 'red-flag',
          id: `flag:${id}`,
          at,
          model: modelAt(care.spans, startMsOf(at, care.timeZone)),
        },
        care,
      ).map(trigger => ({ ...trigger, about: text ?? code })),
    )

function holdTriggers(care: Care): readonly Trigger[] {
  const { case: root } = care.file
  const reviewBy = root.hold?.reviewBy
  if (reviewBy === undefined || root.state !== 'on-hold') return []
  const at = root.since ?? root.openedAt ?? care.course.start
  return triggerOf({ kind: 'held', id: `hold:${reviewBy}`, at }, care).map(trigger => ({
    ...trigger,
    dueOn: reviewBy.slice(0, 10),
  }))
}

function closureTriggers(care: Care): readonly Trigger[] {
  const at = care.file.case.closure?.proposedAt
  return triggerOf({ kind: 'closure-proposed', id: `closure:${at ?? ''}`, at }, care)
}
