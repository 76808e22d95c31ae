import type { Resource } from '../resource.ts'

export interface Translation {
  readonly equivalence: string
  readonly system?: string
  readonly code?: string
  readonly comment?: string
  /** The ConceptMap that says so. */
  readonly source: string
}

export interface TranslationRequest {
  readonly code: string
  readonly system?: string
  readonly targetSystem?: string
  /**
   * The value sets that a map must be between, those of the map in both directions: `reverse` "reverses the meaning of the
   * source and target parameters".
   */
  readonly source?: string
  readonly target?: string
  /** From target to source. */
  readonly isReverse: boolean
}

interface Group {
  readonly source?: string
  readonly target?: string
  readonly element?: readonly {
    readonly code?: string
    readonly target?: readonly {
      readonly code?: string
      readonly equivalence?: string
      readonly comment?: string
    }[]
  }[]
}

/** A relation read from its other end (http://hl7.org/fhir/R4/valueset-concept-map-equivalence.html). */
const reversed: Readonly<Record<string, string>> = {
  ...{ wider: 'narrower', narrower: 'wider' },
  ...{ subsumes: 'specializes', specializes: 'subsumes' },
}

/** What a ConceptMap says of a code (http://hl7.org/fhir/R4/conceptmap-operation-translate.html). */
export function translate(map: Resource, request: TranslationRequest): readonly Translation[] {
  if (!isScope(map, 'source', request.source) || !isScope(map, 'target', request.target)) return []
  const groups = (map['group'] ?? []) as readonly Group[]
  const said = typeof map['url'] === 'string' ? map['url'] : `ConceptMap/${map.id ?? ''}`
  return groups
    .flatMap(group => (request.isReverse ? backward(group, request) : forward(group, request)))
    .map(found => ({ ...found, source: said }))
}

/** A canonical with a version asks for that one, without one for any. */
function isScope(map: Resource, side: 'source' | 'target', wanted: string | undefined): boolean {
  const has = map[`${side}Canonical`] ?? map[`${side}Uri`]
  if (wanted === undefined || has === wanted) return true
  return typeof has === 'string' && !wanted.includes('|') && has.split('|')[0] === wanted
}

type Found = Omit<Translation, 'source'>

function forward(group: Group, { code, system, targetSystem }: TranslationRequest): readonly Found[] {
  if (!isAsked(group.source, system) || !isAsked(group.target, targetSystem)) return []
  return (group.element ?? [])
    .filter(element => element.code === code)
    .flatMap(({ target = [] }) => target)
    .map(({ code: to, equivalence = 'equivalent', comment }) =>
      foundOf(group.target, to, equivalence, comment),
    )
}

function backward(group: Group, { code, system, targetSystem }: TranslationRequest): readonly Found[] {
  if (!isAsked(group.target, system) || !isAsked(group.source, targetSystem)) return []
  return (group.element ?? []).flatMap(({ code: from, target = [] }) =>
    target
      .filter(each => each.code === code)
      .map(({ equivalence = 'equivalent', comment }) =>
        foundOf(group.source, from, reversed[equivalence] ?? equivalence, comment),
      ),
  )
}

const isAsked = (has: string | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || has === undefined || has === wanted

const foundOf = (
  system: string | undefined,
  code: string | undefined,
  equivalence: string,
  comment: string | undefined,
): Found => ({
  equivalence,
  ...(system !== undefined && { system }),
  ...(code !== undefined && { code }),
  ...(comment !== undefined && { comment }),
})
