import { startMsOf, withTime } from '../../lib/fhir-time.ts'
import { isOpenFor, type CaseCourse } from '../case/case-fold.ts'
import { contradiction, type Trigger } from '../duties/duties.ts'
import { leadCase, type TriggerInput } from './trigger-input.ts'

/** Something that was said of who is who, as far as it concerns one patient who goes on. */
export type IdentityReview = MergedIn | Unmerged | PossibleDuplicate | MovedAway

interface Said {
  /** Unique among those of its kind, the same whatever came first. */
  readonly id: string
  /** When it came to be: dateTime. */
  readonly at: string
  /** `meta.source` of who said it. */
  readonly message: string
}

/** Others are this patient now. */
export interface MergedIn extends Said {
  readonly kind: 'merged'
  /** Who came by it, and who were one already then: Patient ids. */
  readonly joined: readonly string[]
  readonly kept: readonly string[]
}

/** A merge was undone after people had worked on what was one. */
export interface Unmerged extends Said {
  readonly kind: 'unmerged'
  /** References of what they did, by case; without a case under the empty key. */
  readonly work: Readonly<Record<string, readonly string[]>>
}

/** They may be somebody else as well. */
export interface PossibleDuplicate extends Said {
  readonly kind: 'possible-duplicate'
}

/** Visits of the patient were somebody else's. */
export interface MovedAway extends Said {
  readonly kind: 'moved'
  /** Times of the movements of what went. */
  readonly moments: readonly string[]
}

/** What people have to decide because of who is who: on the case concerned, once, for as long as it holds. */
export function identityTriggers(input: TriggerInput): readonly Trigger[] {
  return (input.identityReviews ?? []).flatMap(review => {
    const at = withTime(review.at, input.timeZone)
    const atMs = startMsOf(at, input.timeZone)
    if (Number.isNaN(atMs)) return []
    const asked: Asked = { at, atMs, input }
    switch (review.kind) {
      case 'merged':
        return doubledCases(review, asked)
      case 'unmerged':
        return workedCases(review, asked)
      case 'possible-duplicate': {
        const course = leadCase(input.fold, { atMs })
        return course ? [triggerOn(course, review, { ...asked, kind: 'possible-duplicate' })] : []
      }
      case 'moved':
        return leftBehind(review, asked).map(course =>
          triggerOn(course, review, { ...asked, kind: 'visit-moved-away' }),
        )
    }
  })
}

interface Asked {
  readonly at: string
  readonly atMs: number
  readonly input: TriggerInput
}

const triggerOn = (
  { id: caseId }: CaseCourse,
  { id, message }: Said,
  { kind, at, atMs }: Omit<Asked, 'input'> & Pick<Trigger, 'kind'>,
): Trigger => ({ ...contradiction({ id, caseId, at, atMs, message }), kind })

/** Of each type of which both sides had a case that was open when they became one: on the one that was there before. */
function doubledCases(review: MergedIn, asked: Asked): readonly Trigger[] {
  const { fold } = asked.input
  const isOpen = (course: CaseCourse): boolean => isOpenFor(fold, course, { atMs: asked.atMs })
  const of = (persons: readonly string[]): readonly CaseCourse[] =>
    fold.courses.filter(course => isOpen(course) && persons.includes(fold.homeOf?.(course.id) ?? ''))
  const [joined, kept] = [of(review.joined), of(review.kept)]
  const types = new Set(kept.map(course => typeOf(course, asked.input)))
  return [...types].flatMap(type => {
    const [own, other] = [kept, joined].map(all => all.find(course => typeOf(course, asked.input) === type))
    if (!own || !other || type === undefined) return []
    const trigger = triggerOn(
      own,
      { ...review, id: `${review.id}:${type}` },
      {
        ...asked,
        kind: 'patients-merged',
      },
    )
    return [{ ...trigger, about: `EpisodeOfCare/${own.id}, EpisodeOfCare/${other.id}` }]
  })
}

const typeOf = ({ id, opening }: CaseCourse, { files }: TriggerInput): string | undefined =>
  opening?.caseType ?? files.get(id)?.case.caseType

/** Where people worked; what they did outside a case is for the case that was open. */
function workedCases(review: Unmerged, asked: Asked): readonly Trigger[] {
  const { fold } = asked.input
  return Object.entries(review.work).flatMap(([caseId, work]) => {
    const named = fold.courses.find(({ id, standing }) => id === caseId && standing !== 'withdrawn')
    const course = caseId === '' ? leadCase(fold, { atMs: asked.atMs }) : named
    if (!course) return []
    const id = caseId === '' ? `${review.id}:else` : review.id
    const trigger = triggerOn(course, { ...review, id }, { ...asked, kind: 'patients-unmerged' })
    return [{ ...trigger, about: work.join(', ') }]
  })
}

/** Cases that the moved visit fell into and that were not born of it: those go, or are asked about by themselves. */
function leftBehind({ moments }: MovedAway, { input }: Asked): readonly CaseCourse[] {
  const { fold, timeZone } = input
  return fold.courses.filter(
    course =>
      course.standing === 'live' &&
      moments.some(at => isOpenFor(fold, course, { atMs: startMsOf(at, timeZone) })),
  )
}
