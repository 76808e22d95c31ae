import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { ModelLookup, ModelProfile } from './model-profile.ts'

/** A stretch of a case under one model. */
export interface ModelSpan {
  /** When it was selected, as the case says it. */
  readonly since: string
  readonly sinceMs: number
  /** When the next one took its place. */
  readonly endMs?: number
  readonly model: ModelProfile
}

/** The models of a case in order of time; what the registry doesn't know, or has no time, is left out. */
export function modelSpans(
  file: CaseFile | undefined,
  models: ModelLookup,
  timeZone: string,
): readonly ModelSpan[] {
  const timed = (file?.case.models ?? []).flatMap(({ model: id, version, since = file?.case.openedAt }) => {
    const sinceMs = since === undefined ? Number.NaN : startMsOf(since, timeZone)
    return since === undefined || Number.isNaN(sinceMs) ? [] : [{ id, version, since, sinceMs }]
  })
  return timed.flatMap(({ id, version, since, sinceMs }, i) => {
    const model = models(id, version)
    const next = timed[i + 1]
    return model ? [{ since, sinceMs, model, ...(next && { endMs: next.sinceMs }) }] : []
  })
}

/** The model that held at an instant; before the first one was selected, none. */
export const modelAt = (spans: readonly ModelSpan[], atMs: number): ModelProfile | undefined =>
  spans.findLast(({ sinceMs, endMs }) => sinceMs <= atMs && (endMs === undefined || atMs < endMs))?.model
