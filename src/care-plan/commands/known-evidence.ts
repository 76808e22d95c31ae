import type { Failure } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { foundNoun } from './found-noun.ts'

/** The failure for the first piece of evidence that names no score and no answers of the case. */
export function knownEvidence(file: CaseFile, evidence: readonly string[]): Failure | undefined {
  for (const piece of evidence) {
    const found = piece.startsWith('answers/')
      ? foundNoun(file, 'answers', piece.slice('answers/'.length))
      : foundNoun(file, 'score', piece)
    if (!found.ok) return found.failure
  }
  return undefined
}
