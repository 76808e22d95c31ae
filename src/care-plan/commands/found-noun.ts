import { fail, ok, type Result } from '../../lib/result.ts'
import { listOfNoun, type CaseFile, type ListedNoun, type Nouns } from '../case/case-file.ts'

/** The noun that an id in a payload names; `unknown-noun` when the case has none. */
export function foundNoun<N extends ListedNoun>(file: CaseFile, noun: N, id: string): Result<Nouns[N]> {
  const list = listOfNoun(file, noun) as readonly (Nouns[N] & { readonly id: string })[]
  const found = list.find(one => one.id === id)
  return found
    ? ok(found)
    : fail({
        kind: 'not-found',
        code: 'unknown-noun',
        message: `The case has no ${noun} with the id given.`,
      })
}
