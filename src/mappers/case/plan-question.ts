import { keyTextOf, type Resource } from '../../fhir/resource.ts'
import type { CaseLenses } from './case-record.ts'
import type { Candidate } from './join-plan.ts'
import { listOf } from '../../lib/list-of.ts'
import { objectOf, textOf, withElement } from './lenses/json-edit.ts'
import { linkedEpisode } from './lenses/plan-lens.ts'
import { withReason } from './lenses/slots.ts'
import { dutyNamed, LAW_TRIGGER } from './effects/task-effects.ts'
import { isOpenTask } from './lenses/task-lens.ts'
import { writeTask } from './lenses/write-task.ts'

/** What is looked at in the question which case a plan belongs to. */
export const PLAN_STEP = 'plan'

const POSSIBLE = 'Possible case'

/** The question which case a plan of somebody else belongs to: about the plan, with the cases that there are. */
export function planQuestion(task: Resource, { plan, cases }: Candidate, { names }: CaseLenses): Resource {
  const words =
    cases.length > 1
      ? 'A plan of another application may belong to several cases: link it to one of them (workflow-episodeOfCare).'
      : 'A plan of another application could not join the case without breaking a rule: see what is missing, and link it (workflow-episodeOfCare).'
  const rows = cases.map(id =>
    withReason(
      { type: { text: POSSIBLE }, valueReference: { reference: `EpisodeOfCare/${id}` } },
      names.derived,
      'possible case',
    ),
  )
  const asked = withElement(task, 'focus', { reference: `CarePlan/${plan.id ?? ''}` })
  return withElement(withElement(asked, 'input', [...listOf(task['input']), ...rows]), 'description', words)
}

/** The question what holds of elements that a peer and people here changed at the same time. */
export function conflictAsked(task: Resource, about: Resource, elements: readonly string[]): Resource {
  const words = `Changed here and on a foreign server at the same time: ${elements.join(', ')}. What stands here holds; what the other said is kept at /admin/peers. Decide, and write it if it should be otherwise.`
  const asked = withElement(task, 'focus', { reference: keyTextOf(about) })
  return withElement(asked, 'description', words)
}

/** The open questions about plans that say now which case is theirs: settled by the link, which is what shows it. */
export function settledQuestions(
  written: readonly Resource[],
  tasks: readonly Resource[],
  lenses: CaseLenses,
): readonly Resource[] {
  const linked = new Set(
    written.flatMap(one =>
      one.resourceType === 'CarePlan' && linkedEpisode(one) !== undefined
        ? [`${LAW_TRIGGER}CarePlan/${one.id ?? ''}:${PLAN_STEP}`]
        : [],
    ),
  )
  if (linked.size === 0) return []
  return tasks
    .filter(task => isOpenTask(textOf(task['status']) ?? ''))
    .filter(task => linked.has(dutyNamed(task, lenses)?.trigger ?? ''))
    .map(task => {
      const state = lenses.task.read(task)
      const plan = textOf(objectOf(task['focus'])['reference'])
      return writeTask(
        task,
        {
          ...state,
          standing: { own: 'completed' },
          statusReason: undefined,
          outputs: plan === undefined ? [] : [plan],
        },
        lenses,
      )
    })
}
