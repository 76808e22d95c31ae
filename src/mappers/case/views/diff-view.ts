import { listNames, listOfNoun, type CaseFile, type ListedNoun } from '../../../care-plan/case-file.ts'
import { changesBetween } from '../../../care-plan/domain-event.ts'

/** What of a case differs between two times. */
export interface CaseDiff {
  readonly nouns: readonly NounDiff[]
}

export interface NounDiff {
  readonly noun: string
  readonly id: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly elements: readonly ElementDiff[]
}

interface ElementDiff {
  readonly element: string
  readonly from: unknown
  readonly to: unknown
}

/** Element by element; undefined before = the case was not known yet. */
export function caseDiff(before: CaseFile | undefined, after: CaseFile): CaseDiff {
  const nouns = Object.keys(listNames) as ListedNoun[]
  return {
    nouns: [
      ...nounDiff('case', before?.case, after.case),
      ...nouns.flatMap(noun =>
        listDiff(noun, before ? listOfNoun(before, noun) : [], listOfNoun(after, noun)),
      ),
    ],
  }
}

type Known = { readonly id: string }

function listDiff(noun: string, before: readonly Known[], after: readonly Known[]): readonly NounDiff[] {
  const [was, is] = [before, after].map(list => new Map(list.map(one => [one.id, one])))
  const ids = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].toSorted()
  return ids.flatMap(id => nounDiff(noun, was?.get(id), is?.get(id)))
}

function nounDiff(noun: string, before: Known | undefined, after: Known | undefined): readonly NounDiff[] {
  const id = after?.id ?? before?.id ?? ''
  const changes: Readonly<Record<string, unknown>> = changesBetween(before, after ?? ({} as Known))
  const was = (before ?? {}) as Readonly<Record<string, unknown>>
  const elements = Object.keys(changes)
    .filter(element => element !== 'id')
    .map(element => ({ element, from: was[element] ?? null, to: changes[element] ?? null }))
  if (elements.length === 0) return []
  return [{ noun, id, change: !before ? 'added' : !after ? 'removed' : 'changed', elements }]
}
