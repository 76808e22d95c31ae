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
  readonly unmapped?: { readonly mode?: string; readonly code?: string; readonly url?: string }
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

function forward(group: Group, request: TranslationRequest): readonly Found[] {
  if (!isAsked(group.source, request.system) || !isAsked(group.target, request.targetSystem)) return []
  const targets = targetsOf(group, request)
  if (targets.length === 0) return unmapped(group, request)
  return targets.map(({ code: to, equivalence = 'equivalent', comment }) =>
    foundOf(group.target, to, equivalence, comment),
  )
}

const targetsOf = ({ element = [] }: Group, { code }: TranslationRequest) =>
  element.filter(each => each.code === code).flatMap(({ target = [] }) => target)

/** "What to do when there is no mapping for the source concept" (http://hl7.org/fhir/R4/conceptmap-definitions.html#ConceptMap.group.unmapped). */
function unmapped(group: Group, { code, system }: TranslationRequest): readonly Found[] {
  if (system === undefined || group.source !== system) return []
  const { mode, code: fixed } = group.unmapped ?? {}
  if (mode === 'provided') return [foundOf(group.target, code, 'equal', undefined)]
  return mode === 'fixed' ? [foundOf(group.target, fixed, 'relatedto', undefined)] : []
}

/** The maps that a map leaves a code to which it has not itself. */
export function otherMapsFor(map: Resource, request: TranslationRequest): readonly string[] {
  if (request.isReverse || request.system === undefined) return []
  return ((map['group'] ?? []) as readonly Group[]).flatMap(group => {
    const { mode, url } = group.unmapped ?? {}
    const isLeft = group.source === request.system && targetsOf(group, request).length === 0
    return isLeft && mode === 'other-map' && url !== undefined ? [url] : []
  })
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
