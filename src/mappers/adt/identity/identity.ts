import type { Instant } from '../../../lib/clock.ts'
import type { Fact } from '../events/fact.ts'
import { isIdentityFact, statementsOf, type IdentityKind, type Statement } from './identity-fact.ts'

/** Whose a patient's record is by one statement: a merge or a new number. */
export interface Edge {
  readonly to: string
  readonly statement: Statement
}

/** Two who may be one person, in the order of their ids, and what said so first. */
export interface Link {
  readonly pair: readonly [string, string]
  readonly statement: Statement
}

/** Who is who, as all statements so far have it; their order of arrival plays no part. */
export interface Identity {
  /** Of whom they were said by numbers that turned out to be another's new ones, of that other. */
  readonly statements: readonly Statement[]
  /** Where the record of a patient went. */
  readonly parents: ReadonlyMap<string, Edge>
  /** Who may be one person. */
  readonly links: readonly Link[]
  /** Merges that would have led back to where they came from: without effect. */
  readonly refused: ReadonlySet<Statement>
}

export const nobodyMerged: Identity = { statements: [], parents: new Map(), links: [], refused: new Set() }

/** Reads statements in recorded order, so that an unlink undoes what was said before it, and a cycle is the later one's fault. */
export function identityOf(facts: Iterable<Fact>): Identity {
  return identityBy(statementsOf(facts))
}

export function identityBy(statements: readonly Statement[]): Identity {
  if (statements.length === 0) return nobodyMerged
  let links: readonly Link[] = []
  let merges: readonly Statement[] = []
  const undone = new Set<string>()
  const meant: Statement[] = []
  for (const said of statements) {
    const person = personsBy(merges)
    const statement = asMeant(said, person)
    const { kind, from, to } = statement
    meant.push(statement)
    if (kind === 'link') links = [...links, { pair: from < to ? [from, to] : [to, from], statement }]
    if (kind === 'unlink') {
      links = links.filter(({ pair: [a, b] }) => pairName(person(a), person(b)) !== pairName(from, to))
      const left = withoutLesser(merges, unlinked(merges, said, statement), statement)
      for (const one of merges) if (!left.includes(one)) undone.add(saidWith(one))
      merges = left
    }
    if ((kind === 'merge' || kind === 'rename') && from !== to) merges = [...merges, statement]
  }
  const known = joined(merges)
  for (const one of known.refused) undone.add(saidWith(one))
  const standing = meant.filter(one => !WITH_MERGE.has(one.kind) || !undone.has(saidWith(one)))
  return { statements: standing, ...known, links: firstOfPair(links) }
}

type PersonBy = (number: string) => string

const itself: PersonBy = number => number

function personsBy(merges: readonly Statement[]): PersonBy {
  if (!merges.some(({ kind }) => kind === 'rename')) return itself
  const known = joined(merges)
  return number => personIn(known, number)
}

/** Who goes by a number: of a new one of somebody that somebody, whoever's record is in whose. */
export function personIn({ parents }: Pick<Identity, 'parents'>, number: string): string {
  let at = number
  for (let edge = parents.get(at); edge?.statement.kind === 'rename'; edge = parents.get(at)) at = edge.to
  return at
}

/** What was said of new numbers, of those whose they were by then; a new number itself stays what it is. */
function asMeant(said: Statement, person: PersonBy): Statement {
  if (person === itself || !OF_PATIENTS.has(said.kind)) return said
  return { ...said, from: said.kind === 'rename' ? said.from : person(said.from), to: person(said.to) }
}

const OF_PATIENTS: ReadonlySet<IdentityKind> = new Set(['merge', 'link', 'unlink', 'rename', 'move'])

/** Said again, a link counts from the first time. */
const firstOfPair = (links: readonly Link[]): readonly Link[] =>
  [...new Map(links.toReversed().map(link => [link.pair.join(' '), link])).values()].toReversed()

/** What a message that merges patients may say beside that: it is taken back with the merge, and is without effect with it. */
const WITH_MERGE: ReadonlySet<IdentityKind> = new Set(['visit-merge', 'account-merge', 'account-rename'])

const saidWith = ({ stamp, subjects }: Statement): string => `${stamp} ${subjects.toSorted().join(' ')}`

const pairName = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

/** The last word on where a record went holds; said again, it counts from the first time. */
function joined(merges: readonly Statement[]): Pick<Identity, 'parents' | 'refused'> {
  const parents = new Map<string, Edge>()
  const refused = new Set<Statement>()
  for (const statement of merges) {
    const { from, to } = statement
    if (parents.get(from)?.to === to) continue
    if (statement.isLesser && isOne(parents, from, to)) continue
    if (rootIn(parents, to, from) === from) refused.add(statement)
    else parents.set(from, { to, statement })
  }
  return { parents, refused }
}

/** Follows the edges; stops at `until`. */
function rootIn(parents: Identity['parents'], start: string, until: string): string {
  let at = start
  for (let edge = parents.get(at); edge && at !== until; edge = parents.get(at)) at = edge.to
  return at
}

const isOne = (parents: Identity['parents'], a: string, b: string): boolean =>
  rootIn(parents, a, '') === rootIn(parents, b, '')

type Pair = Pick<Statement, 'from' | 'to'>

/** Takes back the merges of the two, or their new numbers; of a chain, the first step from the one towards the other. */
function unlinked(merges: readonly Statement[], said: Pair, { from: a, to: b }: Pair): readonly Statement[] {
  for (const pair of [pairName(said.from, said.to), pairName(a, b)]) {
    const left = merges.filter(({ from, to }) => pairName(from, to) !== pair)
    if (left.length < merges.length) return left
  }
  const { parents } = joined(merges)
  const start = rootIn(parents, a, b) === b ? a : rootIn(parents, b, a) === a ? b : undefined
  const to = start === undefined ? undefined : parents.get(start)?.to
  return merges.filter(one => one.from !== start || one.to !== to)
}

/**
 * Of merges that are left after an unlink: without the lesser numbers of what it took back, and without those by which the
 * two would still be one.
 */
function withoutLesser(
  merges: readonly Statement[],
  left: readonly Statement[],
  { from: a, to: b }: Pair,
): readonly Statement[] {
  if (!merges.some(({ isLesser }) => isLesser)) return left
  const gone = new Set(merges.filter(one => !one.isLesser && !left.includes(one)).map(mergeSaid))
  const kept = left.filter(one => !one.isLesser || !gone.has(mergeSaid(one)))
  if (!isOne(joined(kept).parents, a, b)) return kept
  return kept.filter(one => !one.isLesser || (one.from !== a && one.from !== b))
}

const mergeSaid = ({ stamp, to }: Statement): string => `${stamp} ${to}`

/** Whose record it is in now. */
export function ownerOf({ parents }: Identity, patient: string): string {
  let owner = patient
  for (let edge = parents.get(owner); edge; edge = parents.get(owner)) owner = edge.to
  return owner
}

/** Whose record it was in at an instant, by what is known of it now: what was undone has never been. */
export function ownerThen({ parents }: Identity, patient: string, instant: Instant): string {
  let owner = patient
  for (let edge = parents.get(owner); edge; edge = parents.get(owner)) {
    if (edge.statement.kind === 'merge' && edge.statement.instant > instant) return owner
    owner = edge.to
  }
  return owner
}

/** Of whom a word counts that was said of a patient: what was said after a merge was said of the one who was left. */
export function wordOwner({ parents }: Identity, patient: string, stamp: string): string {
  let owner = patient
  for (let edge = parents.get(owner); edge; edge = parents.get(owner)) {
    if (edge.statement.kind === 'merge' && edge.statement.stamp >= stamp) return owner
    owner = edge.to
  }
  return owner
}

/** Everyone whom statements tie together with these, dead statements among them. `factsOf` must know them all. */
export function clusterOf(
  subjects: readonly string[],
  factsOf: (subject: string) => readonly Fact[],
): readonly string[] {
  const found = new Set(subjects)
  for (const subject of found) {
    for (const fact of factsOf(subject)) {
      if (!isIdentityFact(fact)) continue
      for (const other of subjectsOf(fact)) found.add(other)
    }
  }
  return [...found]
}

/**
 * Who has something, whoever is the same person, and all who are tied to them. Those whom a message ties to them are none of theirs
 * before it: what was must come out as it did then.
 */
export function holdersFirst(
  holder: string,
  identity: Identity,
  factsOf: (subject: string) => readonly Fact[],
): readonly string[] {
  const owner = ownerOf(identity, holder)
  const tied = clusterOf([holder], factsOf).toSorted()
  const ofOwner = tied.filter(subject => ownerOf(identity, subject) === owner)
  return [...new Set([holder, owner, ...ofOwner, ...tied])]
}

/** Patients whom a fact ties together; none for a fact of another kind. */
export const subjectsOf = (fact: Fact): readonly string[] =>
  isIdentityFact(fact) ? (fact.body as { readonly subjects: readonly string[] }).subjects : []

/**
 * Whoever a patient may be: what was said of those who are it now, too, and of each other one whoever that is now. Of a
 * patient who is gone, what was said of that one.
 */
export function seenAlso(patient: string, identity: Identity): readonly string[] {
  const owner = ownerOf(identity, patient)
  const isOurs = (one: string): boolean => one === patient || ownerOf(identity, one) === patient
  const others = identity.links
    .filter(({ pair }) => pair.some(isOurs))
    .flatMap(({ pair }) => pair.map(one => ownerOf(identity, one)))
  return [...new Set(others)].filter(other => other !== owner)
}
