import { shiftedTime, spanOf } from '../../../lib/fhir-time.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { integerExtension } from './element-slots.ts'

const MINUTE_MS = 60_000

/**
 * When a contact was and how long it took, in Encounter.period: its minutes are the length of the period, or stand in an
 * extension where the period can't say (no start, or a start without a time).
 */
export function periodSlots(minutesUrl: string): {
  readonly at: Slot<string>
  readonly minutes: Slot<number | undefined>
} {
  const extension = integerExtension(minutesUrl)
  const minutesOf = (resource: Resource): number | undefined => lengthOf(resource) ?? extension.get(resource)
  const withMinutes = (resource: Resource, minutes: number | undefined): Resource => {
    const start = startOf(resource)
    const isExact = minutes !== undefined && start !== undefined && hasTime(start)
    const end = isExact ? (minutes === 0 ? start : shiftedTime(start, minutes * MINUTE_MS)) : undefined
    return extension.set(withPeriod(resource, 'end', end), isExact ? undefined : minutes)
  }
  return {
    at: {
      get: resource => startOf(resource) ?? '',
      set: (resource, at) => {
        const started = withPeriod(resource, 'start', at === '' ? undefined : at)
        return withMinutes(started, minutesOf(resource))
      },
    },
    minutes: { get: minutesOf, set: withMinutes },
  }
}

const startOf = (resource: Resource): string | undefined => textOf(objectOf(resource['period'])['start'])

const withPeriod = (resource: Resource, name: string, value: string | undefined): Resource =>
  withElement(resource, 'period', withElement(objectOf(resource['period']), name, value))

const hasTime = (text: string): boolean => text.includes('T') && spanOf(text, 'UTC') !== undefined

function lengthOf(resource: Resource): number | undefined {
  const { start, end } = objectOf(resource['period'])
  const [from, to] = [textOf(start), textOf(end)]
  if (from === undefined || to === undefined || !hasTime(from) || !hasTime(to)) return undefined
  const lengthMs = (spanOf(to, 'UTC')?.startMs ?? 0) - (spanOf(from, 'UTC')?.startMs ?? 0)
  return lengthMs < 0 ? undefined : Math.round(lengthMs / MINUTE_MS)
}
