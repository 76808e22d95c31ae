import type { Resource } from '../../../fhir/resource.ts'
import { sameResource } from '../../../fhir/same-resource.ts'
import type { Derived } from '../resources/derived.ts'
import { piecesOf, saidBy, type Explained, type Laid, type Piece, type ToldOfAll } from './explain-pieces.ts'
import type { Fact } from '../events/fact.ts'
import { deriveCluster, type DerivedCluster } from '../identity/derive-cluster.ts'
import type { IdentityBody, Statement } from '../identity/identity-fact.ts'
import { clusterOf, identityOf, ownerOf, type Identity } from '../identity/identity.ts'
import { REPOINTED, turnedBack, type Repointed } from '../identity/repoint.ts'
import { standingFacts } from '../identity/visit-claims.ts'
import { isOfVisit, isVisitScope } from '../identity/visits-of-cluster.ts'
import type { MapContext } from '../map-context.ts'
import { mergeElements } from '../resources/merge-elements.ts'
import type { SourceSettings } from '../source.ts'
import type { Told } from '../registers/take-in.ts'

export interface ClusterAsked {
  /** Whose the resource is now. */
  readonly patient: string
  /** What was said of everyone who is or was tied to the patient. */
  readonly told: ToldOfAll
  readonly settings: SourceSettings
  readonly contexts: (source: string) => MapContext
}

const nothingTold: Told = { said: new Map(), facts: [] }

/** Of patients whom statements tie together: all of them, since what was said of one may stand with another. */
export function explainedInCluster(resource: Resource, asked: ClusterAsked): Explained {
  const { patient, told } = asked
  const subjects = clusterOf([patient], subject => told.get(subject)?.facts ?? [])
  const all = new Map(subjects.map(subject => [subject, told.get(subject) ?? nothingTold]))
  const key = `${resource.resourceType}/${resource.id ?? ''}`
  const deriving = clusterDeriving(subjects, asked)
  const now = deriving.derive(all)
  const whole = now.resources.get(key)
  const identity = deriving.identity(all)
  const visit = whole && visitOf(whole, now)
  const isOf = (scope: string): boolean => visit !== undefined && isOfVisit(identity, scope, visit)
  const find = (of: ToldOfAll): Derived | undefined => deriving.derive(of).resources.get(key)
  const part = visit === undefined ? all : withVisits(all, isOf)
  const isEnough = part !== all && sameOrNeither(find(part), whole)
  const pieces = piecesOf(all, {
    words: scope => whole !== undefined && (visit === undefined ? scope === '' : isOf(scope)),
    facts: scope => whole !== undefined && (visit === undefined || isOf(scope)),
  })
  return {
    whole,
    told: isEnough ? part : all,
    find,
    pieces,
    laid: laidOn(resource, { identity, told: all, pieces }),
  }
}

interface Deriving {
  readonly identity: (told: ToldOfAll) => Identity
  readonly derive: (told: ToldOfAll) => DerivedCluster
}

function clusterDeriving(
  subjects: readonly string[],
  { settings: { tenant, canonicalBase }, contexts }: ClusterAsked,
): Deriving {
  const toldIn =
    (of: ToldOfAll) =>
    (subject: string): Told =>
      of.get(subject) ?? nothingTold
  const identity = (of: ToldOfAll): Identity => identityOf(standingFacts(subjects, toldIn(of)))
  return {
    identity,
    derive: of =>
      deriveCluster({
        ...{ tenant, canonicalBase, subjects, contexts },
        ...{ told: toldIn(of), identity: identity(of) },
      }),
  }
}

function visitOf({ resourceType, id, encounter }: Derived, { holders }: DerivedCluster): string | undefined {
  const { reference = '' } = (encounter ?? {}) as { readonly reference?: string }
  const named = resourceType === 'Encounter' ? id : reference.slice('Encounter/'.length)
  return holders.has(named) ? named : undefined
}

/** Without what was said of other visits, which hardly ever makes a difference and takes most of the time. */
const withVisits = (told: ToldOfAll, isOf: (scope: string) => boolean): ToldOfAll =>
  new Map(
    [...told].map(([subject, { said, facts }]) => [
      subject,
      {
        said: new Map([...said].filter(([scope]) => !isVisitScope(scope) || isOf(scope))),
        facts: facts.filter(({ scope }) => !isVisitScope(scope) || isOf(scope)),
      },
    ]),
  )

const sameOrNeither = (one: Derived | undefined, other: Derived | undefined): boolean =>
  one === undefined || other === undefined ? one === other : sameResource(one, other)

interface Laying {
  readonly identity: Identity
  readonly told: ToldOfAll
  readonly pieces: readonly Piece[]
}

/** What a person wanted the survivor to look like, and references that were turned from one patient to another. */
function laidOn(resource: Resource, { identity, told, pieces }: Laying): readonly Laid[] {
  const { resourceType, id = '' } = resource
  const named = { resourceType, id }
  return [...identity.parents].flatMap(([from, { statement }]) => {
    const piece = pieces.find(({ facts = [] }) => facts.some(fact => says(fact, statement)))
    const [fact] = piece?.facts ?? []
    if (!piece || !fact) return []
    const wanted = resourceType === 'Patient' && id === statement.to ? statement.undo?.[id] : undefined
    const left =
      wanted && mergeElements(resource, { ...wanted.after, ...named }, { ...wanted.before, ...named }, '')
    const { [`${resourceType}/${id}`]: turned } = (told.get(from)?.said.get(REPOINTED) ?? {}) as Repointed
    const way = { from: ownerOf(identity, from), to: from }
    return [
      ...(wanted && left ? [{ piece, said: 'result-patient', left, puts: wanted.after }] : []),
      ...(turned
        ? [{ piece, said: saidBy(fact), left: turnedBack(resource, turned.paths, way), puts: {} }]
        : []),
    ]
  })
}

function says({ kind, body }: Fact, statement: Statement): boolean {
  const { stamp, isLesser } = body as unknown as IdentityBody
  return kind === statement.kind && stamp === statement.stamp && isLesser === statement.isLesser
}
