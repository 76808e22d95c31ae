import type { Period } from '@medplum/fhirtypes'
import { element } from '../resources/element.ts'
import { momentOf, type MapContext } from '../map-context.ts'

/** Two DTMs as Period. An end before its start, which FHIR forbids (per-1), is left out and noted. */
export function dtmPeriod(
  startText: string | undefined,
  endText: string | undefined,
  context: MapContext,
  at: string,
): Period | undefined {
  if (startText === undefined && endText === undefined) return undefined
  const start = momentOf(startText, context, at)
  const end = momentOf(endText, context, at)
  const isBackwards = start !== undefined && end !== undefined && start.instant > end.instant
  if (isBackwards) context.report({ code: 'value-invalid', expression: at })
  return element<Period>({ start: start?.text, end: isBackwards ? undefined : end?.text })
}

/** An end for a row of its own: undefined when it is before the start that another field says. */
export const dtmEnd = (
  endText: string | undefined,
  startText: string | undefined,
  context: MapContext,
  at: string,
): string | undefined => dtmPeriod(startText, endText, context, at)?.end
