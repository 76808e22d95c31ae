import type { Fact } from '../events/fact.ts'
import { sameWords, toldIn, type Words } from './register-index.ts'
import type { Register, Said } from './registers.ts'
import { TELLING_WIDTH } from './tellings.ts'

/**
 * Whether all that was said of a visit since is what its one source had last said already, after every movement: the course
 * of the visit can't be another then. False where that isn't certain.
 */
export function isOnlySaidAgain(before: Words, after: Words, facts: readonly Fact[]): boolean {
  if (Object.keys(after.register).length !== 1) return false
  const moved = latestOf(facts)
  for (const [field, said] of after.winning) {
    const was = before.winning.get(field)
    if (was === undefined || !(was.stamp === said.stamp || isLater(was, moved, field))) return false
  }
  return sameWords(before, after) && sameTellings(before.register, after.register)
}

/** An update that tells of a discharge is itself named as what said so, as is when. */
const isLater = ({ stamp }: Said, second: string, field: string): boolean =>
  field !== 'PV1-45' && stamp.slice(0, SECONDS) > second

/** The second in which a movement or a cancel was last recorded. */
export const latestOf = (facts: readonly Fact[]): string =>
  facts.reduce((last, { recorded }) => (recorded > last ? recorded : last), '').slice(0, SECONDS)

/** `YYYY-MM-DDThh:mm:ss`, at the head of a stamp too. */
export const SECONDS = 19

/** Whether each value was told as before, but for later tellings of the one that was told last. */
function sameTellings(before: Register, after: Register): boolean {
  const [were, are] = [toldIn(before), toldIn(after)]
  if (were.length !== are.length) return false
  const seconds = new Map(were.map(told => [told.value, told.seconds]))
  return are.every(({ value, seconds: now }) => {
    const was = seconds.get(value)
    if (was === now) return true
    const last = was?.slice(-TELLING_WIDTH) ?? ''
    return (
      was !== undefined &&
      now.startsWith(`${was} `) &&
      were.every(
        other =>
          other.value === value ||
          fieldOf(other.value) !== fieldOf(value) ||
          other.seconds.slice(-TELLING_WIDTH) < last,
      )
    )
  })
}

const fieldOf = (value: string): string => value.slice(0, value.indexOf('/'))
