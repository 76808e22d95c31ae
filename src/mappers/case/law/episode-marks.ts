import { startMsOf, zonedTextOf } from '../../../lib/fhir-time.ts'
import type { CaseCommandKind } from '../../../care-plan/case/case.ts'
import { moveMarks, patchedCase } from '../../../care-plan/case/case-course.ts'
import type { CaseRoot, Closure } from '../../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseLenses } from '../case-record.ts'

export interface MarksContext {
  readonly lenses: Pick<CaseLenses, 'root'>
  /** When it was written. */
  readonly at: string
  readonly timeZone: string
  /** Who writes it. */
  readonly actor: string
}

/** What a move leaves on the case (moveMarks), as its command would; what else the client wrote stands. */
export function marked(
  written: Resource,
  { root, command }: { readonly root: CaseRoot; readonly command: CaseCommandKind },
  context: MarksContext,
): Resource {
  const { lenses } = context
  const now = lenses.root.read(written)
  const marks = moveMarks(root, command, { actor: context.actor, at: localInstant(context) })
  const closure = now.closure ?? marks.closure
  const next = patchedCase(now, {
    ...marks,
    ...(command === 'ScreenCase' && { eligibleAt: now.eligibleAt ?? marks.eligibleAt }),
    reason: now.reason === root.reason ? undefined : now.reason,
    hold: root.state === 'on-hold' ? undefined : now.hold,
    end: now.end,
    closure: closure && closureAfter({ root, now, given: marks.closure, command }),
  })
  return keptModels(lenses.root.write(written, next), context)
}

interface ClosureChange {
  readonly root: CaseRoot
  readonly now: CaseRoot
  readonly given: CaseRoot['closure']
  readonly command: CaseCommandKind
}

/** Who proposed and who approved is the law's to say; reason, outcomes and who was told are the client's. */
function closureAfter({ root, now, given, command }: ClosureChange): CaseRoot['closure'] {
  if (command === 'RejectClosure' || command === 'ReopenCase') return undefined
  const { proposedBy: _by, proposedAt: _at, approvedBy: _approved, ...said } = now.closure ?? {}
  return closureOf(said, { ...root.closure, ...given })
}

type Who = { readonly [K in 'proposedBy' | 'proposedAt' | 'approvedBy']?: string | undefined }

const closureOf = (said: Closure, { proposedBy, proposedAt, approvedBy }: Who): Closure => ({
  ...said,
  ...(proposedBy !== undefined && { proposedBy }),
  ...(proposedAt !== undefined && { proposedAt }),
  ...(approvedBy !== undefined && { approvedBy }),
})

/** Without a move, who proposed and approved and since when the case is where it is stays as it was. */
export function keptMarks(written: Resource, root: CaseRoot, context: MarksContext): Resource {
  const now = context.lenses.root.read(written)
  const { proposedBy, proposedAt, approvedBy } = root.closure ?? {}
  const { proposedBy: _by, proposedAt: _at, approvedBy: _approved, ...said } = now.closure ?? {}
  const closure = closureOf(said, { proposedBy, proposedAt, approvedBy })
  const isNone = Object.keys(closure).length === 0
  const next = patchedCase(now, { since: root.since, closure: isNone ? undefined : closure })
  return keptModels(context.lenses.root.write(written, next), context)
}

/** What the commands that lead to the state of a new case would have left on it. */
export function bornMarks(written: Resource, start: string, context: MarksContext): Resource {
  const root = context.lenses.root.read(written)
  const isOpen = root.state !== 'identified' && root.state !== 'screened' && root.state !== 'outreach'
  const openedAt = isOpen && !root.isWaitlisted ? (root.openedAt ?? start) : root.openedAt
  const closure = root.closure ?? {}
  const next = patchedCase(root, {
    since: root.since ?? start,
    openedAt,
    ...(root.state === 'closing' && {
      closure: closureOf(closure, { proposedBy: context.actor, proposedAt: start }),
    }),
  })
  return keptModels(context.lenses.root.write(written, next), context)
}

/** A model that a client put in the type holds from now on. */
function keptModels(written: Resource, context: MarksContext): Resource {
  const root = context.lenses.root.read(written)
  const last = root.models.at(-1)
  if (!last || last.since !== undefined) return written
  const models = [...root.models.slice(0, -1), { ...last, since: localInstant(context) }]
  return context.lenses.root.write(written, { ...root, models })
}

/** The instant of the write as a clinical dateTime. */
export const localInstant = ({ at, timeZone }: Pick<MarksContext, 'at' | 'timeZone'>): string =>
  zonedTextOf(startMsOf(at, timeZone), timeZone)
