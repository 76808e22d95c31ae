import { weekdays } from '../../../care-plan/nouns/plan.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isRawNumber } from '../../../lib/json.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { without } from './element-slots.ts'

/**
 * When an activity takes place: ServiceRequest.occurrence[x]. A date or period that stands there is read as start and
 * end, and becomes the bounds of a timing as soon as there is more to say.
 */
const repeatOf = (resource: Resource): JsonObject =>
  objectOf(objectOf(resource['occurrenceTiming'])['repeat'])

function boundsOf(resource: Resource): JsonObject {
  const bounds = objectOf(repeatOf(resource)['boundsPeriod'])
  const period = objectOf(resource['occurrencePeriod'])
  const start = textOf(resource['occurrenceDateTime'])
  return resource['occurrenceTiming'] !== undefined ? bounds : start === undefined ? period : { start }
}

const OTHERS = ['occurrenceDateTime', 'occurrencePeriod'].flatMap(name => [name, `_${name}`])

/** The request with its timing changed; what else the timing holds stays. */
function withRepeat(resource: Resource, change: (repeat: JsonObject) => JsonObject): Resource {
  const timing = objectOf(resource['occurrenceTiming'])
  const bounded = withElement(repeatOf(resource), 'boundsPeriod', boundsOf(resource))
  const repeat = change(bounded)
  return withElement(without(resource, OTHERS), 'occurrenceTiming', withElement(timing, 'repeat', repeat))
}

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : isRawNumber(value) ? Number(value.rawJSON) : undefined

/** bounds[x] is one element: a period takes the place of a duration or range. */
const bound = (end: 'start' | 'end'): Slot<string | undefined> => ({
  get: resource => textOf(boundsOf(resource)[end]),
  set: (resource, value) =>
    withRepeat(resource, repeat => {
      const { boundsDuration: _duration, boundsRange: _range, ...rest } = repeat
      return withElement(rest, 'boundsPeriod', withElement(objectOf(rest['boundsPeriod']), end, value))
    }),
})

/** So many times in one week; other frequencies are not ours to read. */
const perWeek: Slot<string | undefined> = {
  get: resource => {
    const { frequency = 1, period, periodUnit } = repeatOf(resource)
    const times = numberOf(frequency)
    const isWeekly = numberOf(period) === 1 && periodUnit === 'wk' && times !== undefined
    return isWeekly ? String(times) : undefined
  },
  set: (resource, times) =>
    withRepeat(resource, repeat => {
      const { frequency: _frequency, period: _period, periodUnit: _unit, ...rest } = repeat
      return times === undefined ? rest : { ...rest, frequency: Number(times), period: 1, periodUnit: 'wk' }
    }),
}

const days: Slot<readonly string[]> = {
  get: resource =>
    listOf(repeatOf(resource)['dayOfWeek'])
      .flatMap(day => textOf(day) ?? [])
      .filter(day => (weekdays as readonly string[]).includes(day)),
  set: (resource, value) => withRepeat(resource, repeat => withElement(repeat, 'dayOfWeek', value)),
}

/** HH:MM of the first time; FHIR has seconds. */
const timeOfDay: Slot<string | undefined> = {
  get: resource => textOf(listOf(repeatOf(resource)['timeOfDay'])[0])?.slice(0, 5),
  set: (resource, value) =>
    withRepeat(resource, repeat => {
      const [, ...others] = listOf(repeat['timeOfDay'])
      return withElement(repeat, 'timeOfDay', value === undefined ? [] : [`${value}:00`, ...others])
    }),
}

/** Minutes; durations in other units are not ours to read. */
const durationMinutes: Slot<number | undefined> = {
  get: resource => {
    const { duration, durationUnit } = repeatOf(resource)
    return durationUnit === 'min' ? numberOf(duration) : undefined
  },
  set: (resource, minutes) =>
    withRepeat(resource, repeat => {
      const { duration: _duration, durationUnit: _unit, ...rest } = repeat
      return minutes === undefined ? rest : { ...rest, duration: minutes, durationUnit: 'min' }
    }),
}

export const timingSlots = {
  perWeek,
  days,
  timeOfDay,
  durationMinutes,
  start: bound('start'),
  end: bound('end'),
}
