import { startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import { isOpenFor, type CaseCourse } from '../case/case-fold.ts'
import type { Overtaken, Trigger } from '../duties/duties.ts'
import type { Attendance, Stay } from '../stays/stay.ts'
import type { TriggerInput } from './trigger-input.ts'
import type { ValueChange } from '../duties/watched-values.ts'

type Looked = Pick<TriggerInput, 'fold' | 'timeZone' | 'rules' | 'stays' | 'changes'>

/**
 * Changes of the values that an organisation watches, each in the case that led when it was told; what was told by the
 * admission that opened the case is no news to it. Of several changes of one value the last is what is looked at.
 */
export function watchedTriggers(input: Looked): readonly Trigger[] {
  const { rules, stays = [], changes = [] } = input
  const watched = new Set(rules.watched)
  const all = watched.has('attending') ? [...changes, ...stays.flatMap(attendingChanges)] : changes
  const found = all
    .filter(({ value }) => watched.has(value))
    .flatMap(change => triggerOf(change, input))
    .toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
  return found.map((trigger, i) => {
    const next = found
      .slice(i + 1)
      .find(({ kind, caseId }) => kind === trigger.kind && caseId === trigger.caseId)
    return next ? sooner(trigger, changedAgain(next)) : trigger
  })
}

function triggerOf(change: ValueChange, { fold, timeZone, stays = [] }: Looked): readonly Trigger[] {
  const { value, id, at, message, encounter, person, replacedAt } = change
  const atMs = startMsOf(at, timeZone)
  const stay = encounter === undefined ? undefined : stays.find(one => one.encounter === encounter)
  const moment = { atMs, ...(stay && { stay }), ...(person !== undefined && { person }) }
  const course = fold.courses.find(one => isOpenFor(fold, one, moment))
  if (!course || isToldByOpening(course, atMs)) return []
  const time = zonedTextOf(atMs, timeZone)
  const trigger: Trigger = {
    ...{ kind: `${value}-changed`, id, caseId: course.id, isHighRisk: course.isHighRisk },
    ...{ at: time, atMs, recorded: time, recordedMs: atMs },
    ...(encounter !== undefined && { encounter }),
    ...(message !== undefined && { message }),
  }
  const gone = replacedAt === undefined ? undefined : startMsOf(replacedAt, timeZone)
  const replaced =
    gone === undefined
      ? trigger
      : sooner(trigger, changedAgain({ recorded: zonedTextOf(gone, timeZone), atMs: gone }))
  return [endedWith(course, replaced, timeZone)]
}

/** It was recorded with the admission, or before: whoever screens the case sees it. */
const isToldByOpening = ({ opening }: CaseCourse, atMs: number): boolean =>
  opening !== undefined && atMs <= opening.admission.recordedMs

const changedAgain = ({ recorded, atMs }: Pick<Trigger, 'recorded' | 'atMs'>): Overtaken => ({
  reason: 'changed again',
  recorded,
  atMs,
})

function endedWith(course: CaseCourse, trigger: Trigger, timeZone: string): Trigger {
  const { endMs, isDeceased } = course
  if (endMs === undefined || isDeceased) return trigger
  return sooner(trigger, { reason: 'case ended', recorded: zonedTextOf(endMs, timeZone), atMs: endMs })
}

/** What came first overtakes. */
const sooner = (trigger: Trigger, overtaken: Overtaken): Trigger =>
  (trigger.overtaken?.atMs ?? Number.POSITIVE_INFINITY) <= (overtaken.atMs ?? Number.POSITIVE_INFINITY)
    ? trigger
    : { ...trigger, overtaken }

/** Who attends (PV1-7, A54) differs from who did. */
function attendingChanges({ encounter, attending = [] }: Stay): readonly ValueChange[] {
  const seen = new Map<string, number>()
  return attending.flatMap((span, i) => {
    const who = namesIn(span)
    const times = (seen.get(who) ?? 0) + 1
    seen.set(who, times)
    const before = attending[i - 1]
    if (!before || span.from === undefined || who === '' || who === namesIn(before)) return []
    return [
      {
        ...{
          value: 'attending' as const,
          id: `attending:${encounter}:${who}:${times}`,
          at: span.from,
          encounter,
        },
        ...(span.until !== undefined && { replacedAt: span.until }),
      },
    ]
  })
}

const namesIn = ({ who }: Attendance): string => who.toSorted().join(' ')
