import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { Activity, Goal, Plan } from '../../../care-plan/nouns/plan.ts'

/** Marks the narratives that are ours and follow the plan; anybody else's stays as it is. */
export const NARRATIVE_ID = 'case-plan'

export interface PlanNarrative {
  readonly id: string
  readonly status: 'generated'
  readonly div: string
}

type Content = Pick<CaseFile, 'needs' | 'goals' | 'activities'>

const nothing: Content = { needs: [], goals: [], activities: [] }

/**
 * What a plan says, for people to read: needs, goals and activities in plain lines, from the case file as far as the plan
 * names them. The same content gives the same text; states of goals and activities are left out, so that it changes with
 * the plan and not with each day.
 */
export function planNarrative(plan: Plan, content: Content = nothing): PlanNarrative {
  const heading = `Case plan ${plan.major}.${plan.minor}${plan.title === undefined ? '' : `: ${plan.title}`}`
  const parts = [
    ['Needs', listed(plan.needs, content.needs, ({ text }) => text)],
    ['Goals', listed(plan.goals, content.goals, goalLine)],
    ['Activities', listed(plan.activities, content.activities, activityLine)],
  ] as const
  const body = parts.map(([title, lines]) =>
    lines.length === 0 ? '' : `<p>${title}</p><ul>${lines.map(item).join('')}</ul>`,
  )
  const first = `<p>${escaped(`${heading} (${plan.state}).`)}</p>`
  return {
    id: NARRATIVE_ID,
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${first}${body.join('')}</div>`,
  }
}

interface Named {
  readonly id: string
  readonly state: string
}

/** What came to nothing is no content of the plan any more. */
const dropped: ReadonlySet<string> = new Set(['rejected', 'declined', 'cancelled', 'entered-in-error'])

const listed = <T extends Named>(
  ids: readonly string[],
  nouns: readonly T[],
  lineOf: (noun: T) => string,
): readonly string[] =>
  ids.flatMap(id => {
    const noun = nouns.find(one => one.id === id && !dropped.has(one.state))
    return noun ? [lineOf(noun)] : []
  })

const goalLine = ({ text, target }: Goal): string => (target === undefined ? text : `${text}, by ${target}`)

function activityLine({ text, setting, perWeek, days, timeOfDay, start, end }: Activity): string {
  const parts = [
    text,
    perWeek === undefined ? undefined : perWeek === '1' ? 'once a week' : `${perWeek} times a week`,
    days.length > 0 ? days.join(' ') : undefined,
    timeOfDay === undefined ? undefined : `at ${timeOfDay}`,
    setting === undefined ? undefined : `setting: ${setting}`,
    start === undefined ? undefined : `from ${start.slice(0, 10)}`,
    end === undefined ? undefined : `to ${end.slice(0, 10)}`,
  ]
  return parts.filter(part => part !== undefined).join(', ')
}

const item = (line: string): string => `<li>${escaped(line)}</li>`

/**
 * As text of an XML element. XML has no place for control characters and halves of surrogate pairs, even escaped; spaces
 * become plain ones, so that a server that reads and writes the narrative leaves it as it is.
 */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
