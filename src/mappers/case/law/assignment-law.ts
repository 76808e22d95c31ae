import { notBefore } from '../../../care-plan/case/hand-over.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseLenses } from '../case-record.ts'
import { localInstant } from './episode-marks.ts'

export interface AssignmentChange {
  readonly before: Resource | undefined
  readonly after: Resource
}

export interface AssignmentContext {
  readonly lenses: Pick<CaseLenses, 'assignment' | 'root'>
  /** When it was written. */
  readonly at: string
  readonly timeZone: string
}

/** The Task of an assignment with the times that its command would have left: since when, until when. */
export function markedAssignment({ before, after }: AssignmentChange, context: AssignmentContext): Resource {
  const { assignment: lens } = context.lenses
  if (!lens.is(after)) return after
  const is = lens.read(after)
  if (before && lens.is(before) && lens.read(before).state === is.state) return after
  const at = localInstant(context)
  switch (is.state) {
    case 'offered':
      return lens.write(after, { ...is, offeredAt: is.offeredAt ?? at })
    case 'accepted':
      return lens.write(after, { ...is, start: is.start ?? at })
    case 'handed-over':
    case 'ended':
      return lens.write(after, { ...is, end: is.end ?? notBefore(is.start, at) })
    default:
      return after
  }
}

export interface ManagerInput extends AssignmentContext {
  readonly written: readonly Resource[]
  /** A resource as it stood. */
  readonly stoodAs: (resource: Resource) => Resource | undefined
  /** The EpisodeOfCare of the case that a Task belongs to, as it will be. */
  readonly episodeOf: (task: Resource) => Resource | undefined
}

/** The EpisodesOfCare of cases that somebody accepted just now: the care manager is who did. */
export const acceptedEpisodes = ({
  written,
  stoodAs,
  episodeOf,
  lenses,
}: ManagerInput): readonly Resource[] =>
  written.flatMap(task => {
    const { assignment, root } = lenses
    if (!assignment.is(task)) return []
    const { state, manager } = assignment.read(task)
    const before = stoodAs(task)
    const wasAccepted = before && assignment.is(before) && assignment.read(before).state === 'accepted'
    const episode = episodeOf(task)
    if (!episode || state !== 'accepted' || wasAccepted || manager === '') return []
    const known = root.read(episode)
    return known.manager === manager ? [] : [root.write(episode, { ...known, manager })]
  })
