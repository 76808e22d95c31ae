import { businessDays } from './due-in.ts'
import type { DutyRule } from './duty-rules.ts'

/** What is to be looked at when patients turn out to be one, two, or perhaps one, or when a foreign server says otherwise (domain.md 5; adt.md 3.4, 3.5). */
export const identityRules: readonly DutyRule[] = [
  {
    id: 'merge-review',
    code: 'fact-review',
    on: 'patients-merged',
    due: () => businessDays(2),
    source: 'default of Casewire: A40, two active cases are never merged by the machine',
  },
  {
    id: 'unmerge-review',
    code: 'fact-review',
    on: 'patients-unmerged',
    due: () => businessDays(1),
    source: 'default of Casewire: A37, work that people did after a merge that is undone',
  },
  {
    id: 'duplicate-review',
    code: 'fact-review',
    on: 'possible-duplicate',
    due: () => businessDays(2),
    source: 'default of Casewire: A24 suggests a duplicate, it moves no case',
  },
  {
    id: 'move-review',
    code: 'fact-review',
    on: 'visit-moved-away',
    due: () => businessDays(2),
    source: 'default of Casewire: A43, A44, A45, only cases born of what is moved go with it',
  },
  {
    id: 'conflict-review',
    code: 'conflict-review',
    on: 'conflict',
    due: () => businessDays(1),
    source:
      'default of Casewire: what a foreign server and people here changed at the same time is decided by people',
  },
]

/** Duties to look at the record itself: people end them, death doesn't, and nothing follows from one that is withdrawn. */
export const reviewRules: ReadonlySet<string> = new Set(['fact-review', ...identityRules.map(({ id }) => id)])
