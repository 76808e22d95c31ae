import type { Instant } from '../../lib/clock.ts'
import type { Fact } from '../../mappers/adt/events/fact.ts'
import type { Timer } from '../ports/store.ts'

/** Kind of a timer that has merges driven again which an unlink of their patient may have made right. */
export const MERGE_CYCLES = 'merge-cycles'

/**
 * Every unlink, by a message or by a person, in the flush that keeps it: no end of a process loses what has to be driven
 * again. Due at once.
 */
export const mergeCycleTimers = (facts: readonly Fact[], due: Instant): readonly Timer[] =>
  facts
    .filter(({ kind }) => kind === 'unlink')
    .map(({ id, subject }) => ({
      ...{ id: `${MERGE_CYCLES}/${id}`, due, kind: MERGE_CYCLES, subject },
      payload: { type: 'Patient', id: subject },
    }))
