import type { Circumstances } from './duty-rules.ts'
import type { Trigger } from './duties.ts'

/** A moment that a series is counted from. */
export interface Anchor {
  readonly at: string
  readonly atMs: number
}

/** When people finished or waived the n-th duty of a rule and trigger themselves; undefined when they didn't. */
export type Settled = (duty: {
  readonly caseId: string
  readonly rule: string
  readonly trigger: string
  readonly n: number
}) => Anchor | undefined

export interface Series {
  /** The trigger that each step is a copy of. */
  readonly trigger: Omit<Trigger, 'at' | 'atMs' | 'n'>
  readonly rule: string
  readonly start: Anchor
  /** Facts that each end one step, in order of time. */
  readonly done: readonly Anchor[]
  readonly settled: Settled
  /** Ends of pauses, in order of time: what is open then is counted from there. */
  readonly resumed?: readonly Anchor[]
  /** Step n: days until it is due and the model it is by; undefined ends the series. */
  readonly step: (n: number, anchor: Anchor) => Pick<Circumstances, 'everyDays' | 'model'> | undefined
  readonly endMs?: number
}

/** Hostile records must not make it grow without end. */
const STEPS_MAX = 2000

/**
 * The duties of a rhythm: every step that was done, and the one that is next; never further ones. Each begins where the
 * one before was done, or where the last pause since then ended.
 */
export function seriesOf(series: Series): readonly Trigger[] {
  const { trigger, rule, done, settled } = series
  const triggers: Trigger[] = []
  let anchor: Anchor | undefined = series.start
  for (let n = 0; anchor && n < STEPS_MAX; n += 1) {
    const next: Anchor | undefined = nextAnchor(anchor, {
      done,
      byHand: settled({ caseId: trigger.caseId, rule, trigger: trigger.id, n }),
      ...(series.endMs !== undefined && { endMs: series.endMs }),
    })
    const { at, atMs } = resumedIn(series, anchor, next) ?? anchor
    const step = series.step(n, { at, atMs })
    if (!step) break
    triggers.push({ ...trigger, ...step, at, atMs, n })
    anchor = next
  }
  return triggers
}

/** The end of the last pause between two steps. */
const resumedIn = (
  { resumed = [], endMs = Number.POSITIVE_INFINITY }: Series,
  anchor: Anchor,
  next: Anchor | undefined,
): Anchor | undefined => resumed.findLast(({ atMs }) => atMs > anchor.atMs && atMs < (next?.atMs ?? endMs))

function nextAnchor(
  anchor: Anchor,
  {
    done,
    byHand,
    endMs,
  }: { readonly done: readonly Anchor[]; readonly byHand: Anchor | undefined; readonly endMs?: number },
): Anchor | undefined {
  const fact = done.find(({ atMs }) => atMs > anchor.atMs)
  const first = fact && byHand ? (byHand.atMs < fact.atMs ? byHand : fact) : (byHand ?? fact)
  if (!first || (endMs !== undefined && first.atMs >= endMs)) return undefined
  return first.atMs < anchor.atMs ? anchor : { at: first.at, atMs: first.atMs }
}
