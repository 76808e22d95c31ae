import type { Resource } from '../../../fhir/resource.ts'
import type { Derived } from '../resources/derived.ts'
import type { Fact } from '../events/fact.ts'
import { isIdentityFact, type IdentityBody, type Statement } from '../identity/identity-fact.ts'
import { isVisitScope } from '../identity/visits-of-cluster.ts'
import { VISIT_CLAIMED } from '../identity/visit-claims.ts'
import { registerOf, TOLD } from '../registers/registers.ts'
import type { Told } from '../registers/take-in.ts'

/** What messages said, by the patient of whom they said it. */
export type ToldOfAll = ReadonlyMap<string, Told>

/** One thing that one message said: a word of a register (a segment of a list is one word), a fact, or who is who. */
export interface Piece {
  readonly source: string
  readonly stamp: string
  readonly subject: string
  readonly scope: string
  /** `PID-5`, or `NK1/<key>`; undefined for a fact. */
  readonly field?: string
  /** Of who is who, each copy: it stands under every patient whom it concerns. */
  readonly facts?: readonly Fact[]
}

/** A resource as it is computed, and how it comes out of less than what was said. */
export interface Explained {
  readonly whole: Derived | undefined
  readonly told: ToldOfAll
  readonly pieces: readonly Piece[]
  readonly find: (told: ToldOfAll) => Derived | undefined
  readonly laid: readonly Laid[]
}

/** What a statement of who is who did to a resource as it stands, beside what is computed. */
export interface Laid {
  readonly piece: Piece
  readonly said: string
  /** The resource as it would stand without. */
  readonly left: Resource
  /** Elements that it put there whole. */
  readonly puts: { readonly [element: string]: unknown }
}

/** Words of some scopes, and the facts of some. */
export interface Wanted {
  readonly words: (scope: string) => boolean
  readonly facts: (scope: string) => boolean
}

/** All that could be left out: who is who always is among it. */
export function piecesOf(told: ToldOfAll, wanted: Wanted): readonly Piece[] {
  const own = [...told].flatMap(([subject, { said, facts }]) => [
    ...[...said].flatMap(([scope, body]) =>
      (scope === '' || isVisitScope(scope)) && wanted.words(scope)
        ? wordsOf(body).map(word => ({ ...word, subject, scope }))
        : [],
    ),
    ...facts
      .filter(fact => !saysWho(fact) && wanted.facts(fact.scope))
      .map(fact => ({
        ...{ source: fact.source, stamp: bodyOf(fact).stamp, subject, scope: fact.scope },
        facts: [fact],
      })),
  ])
  return [...own, ...statementsIn(told)]
}

const wordsOf = (body: Parameters<typeof registerOf>[0]): readonly Omit<Piece, 'subject' | 'scope'>[] =>
  Object.entries(registerOf(body)).flatMap(([source, stamps]) =>
    Object.entries(stamps).flatMap(([stamp, fields]) =>
      Object.keys(fields).flatMap(field => (field.startsWith(TOLD) ? [] : { source, stamp, field })),
    ),
  )

const saysWho = (fact: Fact): boolean => isIdentityFact(fact) || fact.kind === VISIT_CLAIMED

const bodyOf = ({ body }: Fact): IdentityBody => body as unknown as IdentityBody

function statementsIn(told: ToldOfAll): readonly Piece[] {
  const facts = [...told.values()].flatMap(one => one.facts.filter(saysWho))
  const copies = Map.groupBy(facts, fact => {
    const { stamp, from, to, visit, account } = bodyOf(fact)
    return JSON.stringify([fact.kind, stamp, from, to, visit, account])
  })
  return [...copies.values()].flatMap(all => {
    const [first] = all
    if (!first) return []
    const { source, subject, scope } = first
    return [{ source, stamp: bodyOf(first).stamp, subject, scope, facts: all }]
  })
}

/** Each message's, together. */
export const messagesIn = (pieces: readonly Piece[]): readonly (readonly Piece[])[] => [
  ...Map.groupBy(pieces, ({ source, stamp }) => `${source}\n${stamp}`).values(),
]

/** All that was said but these. */
export function leaving(told: ToldOfAll, pieces: readonly Piece[]): ToldOfAll {
  const gone = new Set(pieces.flatMap(({ facts = [] }) => facts))
  const concerned = new Set([...pieces.map(({ subject }) => subject), ...[...gone].map(fact => fact.subject)])
  const left = new Map(told)
  for (const subject of concerned) {
    const { said, facts } = left.get(subject) ?? { said: new Map(), facts: [] }
    left.set(subject, { said: new Map(said), facts: facts.filter(fact => !gone.has(fact)) })
  }
  for (const { subject, scope, source, stamp, field } of pieces) {
    if (field === undefined) continue
    const said = left.get(subject)?.said as Map<string, ReturnType<typeof registerOf>>
    const register = registerOf(said.get(scope))
    const { [field]: _gone, ...fields } = register[source]?.[stamp] ?? {}
    said.set(scope, { ...register, [source]: { ...register[source], [stamp]: fields } })
  }
  return left
}

/** What a fact says in its message: the field that names whoever was meant, or the event that it was. */
export function saidBy({ kind, body }: Fact): string {
  const { event, visit, account } = body as unknown as Statement
  if (event.startsWith('$')) return 'source-patient'
  if (kind === 'move') return visit === undefined ? (account === undefined ? 'MRG-1' : 'MRG-3') : 'MRG-5'
  if (kind === 'visit-rename' && event === 'A51') return 'MRG-6'
  return FIELDS.get(kind) ?? event
}

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['merge', 'MRG-1'],
  ['rename', 'MRG-1'],
  ['link', 'PID-3'],
  ['unlink', 'PID-3'],
  ['visit-shared', 'PV1-19'],
  [VISIT_CLAIMED, 'PV1-19'],
  ['visit-merge', 'MRG-5'],
  ['visit-rename', 'MRG-5'],
  ['account-merge', 'MRG-3'],
  ['account-rename', 'MRG-3'],
])
