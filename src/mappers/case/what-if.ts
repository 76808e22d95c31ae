import { withTime } from '../../lib/fhir-time.ts'
import { dutiesOf, type Duty } from '../../care-plan/duties/duties.ts'
import { modelAt, modelSpans } from '../../care-plan/models/model-in-force.ts'
import type { Stay, StayMovement } from '../../care-plan/stays/stay.ts'
import { minutesIn } from '../../care-plan/load/contact-hours.ts'
import { workloadHours } from '../../care-plan/load/workload.ts'
import { keyTextOf, type Resource } from '../../fhir/resource.ts'
import { caseDuties, type CaseDuties } from './effects/case-duties.ts'
import type { CaseEffectsInput } from './effects/case-effects.ts'
import { wantedTasks } from './effects/task-effects.ts'
import { isOpenTask } from './lenses/task-lens.ts'

/** What might happen. Times are dateTimes with offset, or dates. */
export interface Hypothesis {
  /** A discharge, or the one there is at another time or to another place. */
  readonly discharge?: {
    /** Id of the Encounter. */
    readonly encounter: string
    readonly at: string
    /** NUBC code; as it was, else `01`, when left out. */
    readonly disposition?: string
  }
  /** A further inpatient admission, or an arrival in the emergency department. */
  readonly admission?: {
    readonly at: string
    readonly class?: 'inpatient' | 'emergency'
    readonly planned?: boolean
  }
  /** Resources as they would stand, new or changed. */
  readonly facts?: readonly Resource[]
}

export interface DutyLine {
  readonly rule: string
  /** Id of what calls for it. */
  readonly trigger: string
  readonly due: string
  readonly words: string
}

export interface WhatIf {
  readonly raised: readonly DutyLine[]
  readonly gone: readonly DutyLine[]
  readonly moved: readonly {
    readonly rule: string
    readonly trigger: string
    readonly from: string
    readonly to: string
  }[]
  /** Hours a week that the case asks of its manager (care-plan/load/workload.ts). */
  readonly workload: { readonly before: number; readonly after: number }
}

export type WhatIfInput = CaseEffectsInput & { readonly caseId: string }

/** The difference that a hypothesis makes to a case's duties, due times and workload. Pure: nothing is written. */
export function whatIf(input: WhatIfInput, hypothesis: Hypothesis): WhatIf {
  const [was, would] = [openDuties(input), openDuties(supposed(input, hypothesis))]
  const [before, after] = [byKey(was.duties), byKey(would.duties)]
  return {
    raised: [...after].filter(([key]) => !before.has(key)).map(([, duty]) => lineOf(duty)),
    gone: [...before].filter(([key]) => !after.has(key)).map(([, duty]) => lineOf(duty)),
    moved: [...after].flatMap(([key, { rule, trigger, due }]) => {
      const from = before.get(key)?.due
      return from === undefined || from === due ? [] : [{ rule, trigger: trigger.id, from, to: due }]
    }),
    workload: { before: was.hours, after: would.hours },
  }
}

interface Open {
  readonly duties: readonly Duty[]
  readonly hours: number
}

/** The duties of a case that are to be done: not met, not void, not ended by people. */
function openDuties(input: WhatIfInput): Open {
  const known = caseDuties(input)
  const others = new Set(known.record.episodes.map(({ id }) => id).filter(id => id !== input.caseId))
  const duties = dutiesOf(known.triggers, known.context).filter(
    duty => !others.has(duty.caseId) && !duty.voided && !duty.met && !isEndedByPeople(duty, known),
  )
  const file = known.context.files?.get(input.caseId)
  const model = modelAt(modelSpans(file, input.models, input.timeZone), Number.MAX_SAFE_INTEGER)
  return { duties, hours: workloadHours(duties, { model, ...(file && { minutes: minutesIn(file) }) }) }
}

const isEndedByPeople = (duty: Duty, known: CaseDuties): boolean =>
  [...wantedTasks([duty], known).keys()].every(id => {
    const task = known.record.byId.get(id)
    return task !== undefined && !isOpenTask(known.lenses.task.read(task).standing.own)
  })

const byKey = (duties: readonly Duty[]): ReadonlyMap<string, Duty> =>
  new Map(duties.map(duty => [`${duty.caseId} ${duty.rule} ${duty.trigger.id} ${duty.trigger.n ?? 0}`, duty]))

const lineOf = ({ rule, trigger, due, words }: Duty): DutyLine => ({ rule, trigger: trigger.id, due, words })

function supposed(input: WhatIfInput, hypothesis: Hypothesis): WhatIfInput {
  const { discharge, admission, facts = [] } = hypothesis
  const stays = [
    ...input.stays.map(stay =>
      discharge?.encounter === stay.encounter ? discharged(stay, discharge, input.timeZone) : stay,
    ),
    ...(admission ? [admitted(admission, input.timeZone)] : []),
  ]
  const changed = new Map(facts.map(fact => [keyTextOf(fact), fact]))
  const standing = input.compartment.filter(resource => !changed.has(keyTextOf(resource)))
  return { ...input, stays, compartment: [...standing, ...changed.values()] }
}

/** The stay with its discharge then: the one there is keeps its id, so that its duties move and are no others. */
function discharged(
  stay: Stay,
  { at, disposition }: NonNullable<Hypothesis['discharge']>,
  timeZone: string,
): Stay {
  const time = withTime(at, timeZone)
  const isStanding = ({ kind, cancelledAt }: StayMovement): boolean =>
    kind === 'discharge' && cancelledAt === undefined
  const found = stay.movements.findLast(isStanding)
  const discharge: StayMovement = {
    id: found?.id ?? `what-if:${stay.encounter}`,
    kind: 'discharge',
    at: time,
    recorded: time,
    classAfter: found?.classAfter ?? stay.class,
    disposition: disposition ?? found?.disposition ?? '01',
    message: found?.message ?? 'what-if',
  }
  const others = stay.movements.filter(movement => movement !== found)
  return { ...stay, status: 'finished', movements: [...others, discharge] }
}

function admitted(
  { at, class: stayClass = 'inpatient', planned = false }: NonNullable<Hypothesis['admission']>,
  timeZone: string,
): Stay {
  const time = withTime(at, timeZone)
  const movement: StayMovement = {
    id: 'what-if:admission',
    kind: stayClass === 'emergency' ? 'registration' : 'admission',
    at: time,
    recorded: time,
    classAfter: stayClass,
    message: 'what-if',
  }
  return { encounter: 'what-if', class: stayClass, status: 'in-progress', movements: [movement], planned }
}
