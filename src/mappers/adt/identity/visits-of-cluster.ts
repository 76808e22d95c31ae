import { everyStamp } from './every-stamp.ts'
import type { Fact } from '../events/fact.ts'
import { visitFact } from '../visits/movements.ts'
import { registerOf, tell, type Register } from '../registers/registers.ts'
import type { Told } from '../registers/take-in.ts'
import { takenBackChanges, withGivenBack, type TakenBack } from './given-back.ts'
import { identityBy, ownerOf, personIn, type Identity } from './identity.ts'
import { ALWAYS, leads, meant, routed, routesOf, type Routes } from './routes.ts'
import type { IdentityKind, Statement } from './identity-fact.ts'

/** One visit as all that was said of it under any number and any patient has it. */
export interface ClusterVisit {
  readonly visitId: string
  /** The patient under whom it was first named so: makes its ids. */
  readonly home: string
  readonly register: Register
  readonly facts: readonly Fact[]
  /** The patient whose it is by the last word on it, before merges. */
  readonly holder: string
  /** What moved it from one patient to another. */
  readonly moves: readonly Statement[]
  /** It was a double of another visit. */
  readonly mergedInto?: Statement
  /** Doubles of it. */
  readonly doubles: readonly Statement[]
  /** Its numbers were changed. */
  readonly renames: readonly Statement[]
  /** What changed its class, and perhaps numbers, and was cancelled. */
  readonly takenBack: TakenBack
}

const VISITS: ReadonlySet<IdentityKind> = new Set(['visit-shared', 'visit-merge', 'visit-rename'])

interface Draft {
  readonly home: string
  register: Register
  readonly facts: Fact[]
  readonly mentions: Mention[]
}

/** Who spoke of something. */
export interface Mention {
  readonly subject: string
  readonly stamp: string
}

export interface ToldOf {
  readonly subjects: readonly string[]
  readonly told: (subject: string) => Told
  /** `system|value` of the accounts that a visit's register names. */
  readonly accounts: (register: Register) => ReadonlySet<string>
}

/** What is said of a visit under one number only stays the register that it is, and what is remembered by that holds. */
const NOTHING_SAID: Register = {}

/** Registers of a subject that are no visit's begin so. */
export const isVisitScope = (scope: string): boolean => scope !== '' && !scope.startsWith('#')

/** Every visit of a cluster, in the order of their ids; numbers that were changed are no visits of their own. */
export function visitsOf({ subjects, told, accounts }: ToldOf, identity: Identity): readonly ClusterVisit[] {
  const homes = homesOf(subjects, told)
  const numbers = onlyNumbers(
    identity.statements,
    visit => homes.has(visit),
    (visit, stamp) => subjects.some(subject => moved(told(subject), visit, stamp)),
  )
  const statements = identity.statements.filter(one => !numbers.has(one))
  const routes = routesOf(statements, VISITS)
  const drafts = new Map<string, Draft>()
  const draftOf = (visitId: string, home: string): Draft => {
    const draft = drafts.get(visitId) ?? { home, register: NOTHING_SAID, facts: [], mentions: [] }
    drafts.set(visitId, draft)
    return draft
  }
  const named = namedHomes(identity.statements)
  const target = (scope: string, subject: string, stamp: string): Draft => {
    const visitId = routed(routes, scope, stamp)
    const draft = draftOf(visitId, homes.get(visitId) ?? named.get(visitId) ?? subject)
    draft.mentions.push({ subject, stamp })
    return draft
  }
  for (const subject of subjects) {
    const { said, facts } = told(subject)
    for (const [scope, body] of said) {
      if (!isVisitScope(scope)) continue
      const register = registerOf(body)
      const words = everyStamp(register).map(one => ({ ...one, draft: target(scope, subject, one.stamp) }))
      const [first, ...more] = words
      if (
        first &&
        first.draft.register === NOTHING_SAID &&
        more.every(({ draft }) => draft === first.draft)
      ) {
        first.draft.register = register
        continue
      }
      for (const { draft, source, stamp, fields } of words)
        draft.register = tell(draft.register, source, stamp, fields)
    }
    for (const fact of facts) {
      if (!isVisitScope(fact.scope)) continue
      target(fact.scope, subject, visitFact(fact).stamp).facts.push(fact)
    }
  }
  return [...drafts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([visitId, draft]) => visitFrom(visitId, draft, { identity, routes, numbers, accounts }))
}

/** Whether a movement that was recorded before a stamp was told of a visit by this number: registers forget first words. */
const moved = ({ facts }: Told, visit: string, before: string): boolean =>
  facts.some(fact => fact.scope === visit && visitFact(fact).stamp < before)

/**
 * New numbers of visits that nobody ever spoke of under the old number, while they moved under the new one before: nothing
 * goes on under another id, the old number is one more of the visit.
 */
const onlyNumbers = (
  statements: readonly Statement[],
  isKnown: (visit: string) => boolean,
  hasMoved: (visit: string, before: string) => boolean,
): ReadonlySet<Statement> =>
  new Set(
    statements.filter(
      one =>
        one.kind === 'visit-rename' &&
        !isKnown(one.to) &&
        !statements.some(other => other !== one && (other.from === one.to || other.to === one.to)) &&
        hasMoved(one.from, one.stamp),
    ),
  )

function homesOf(subjects: readonly string[], told: ToldOf['told']): ReadonlyMap<string, string> {
  const homes = new Map<string, string>()
  for (const subject of subjects) {
    const { said, facts } = told(subject)
    for (const scope of said.keys()) homes.set(scope, subject)
    for (const { scope } of facts) homes.set(scope, subject)
  }
  return homes
}

/** Under whom what was said of a number has it, for one under which nobody spoke. */
function namedHomes(statements: readonly Statement[]): ReadonlyMap<string, string> {
  const homes = new Map<string, string>()
  for (const {
    kind,
    from,
    to,
    subjects: [one = '', other = one],
  } of statements) {
    if (!VISITS.has(kind)) continue
    const isFromFirst = kind === 'visit-merge'
    homes.set(from, isFromFirst ? one : other)
    homes.set(to, isFromFirst ? other : one)
  }
  return homes
}

/** The Encounter under which a visit goes on now. */
export function visitNow({ statements }: Identity, scope: string): string {
  return routed(routesOf(statements, VISITS), scope, ALWAYS)
}

/** Whether what was said under a number was, at some time, of a visit. */
export const isOfVisit = ({ statements }: Identity, scope: string, visit: string): boolean =>
  leads(routesOf(statements, VISITS), scope, visit)

interface Frame extends Pick<ToldOf, 'accounts'> {
  readonly identity: Identity
  readonly routes: Routes
  readonly numbers: ReadonlySet<Statement>
}

function visitFrom(
  visitId: string,
  draft: Draft,
  { identity, routes, numbers, accounts }: Frame,
): ClusterVisit {
  const { statements } = identity
  const moves = statements.filter(
    one =>
      one.kind === 'move' && concerns(one, visitId, { routes, accounts: () => accounts(draft.register) }),
  )
  const into = routes.get(visitId)
  const takenBack = takenBackChanges(draft.facts, statements)
  const renames = statements.filter(
    ({ kind, to }) => kind === 'visit-rename' && meant(routes, to) === visitId,
  )
  return {
    visitId,
    takenBack,
    home: draft.home,
    register: draft.register,
    facts: draft.facts,
    holder: holderOf(draft, moves, identity),
    moves,
    ...(into?.kind === 'visit-merge' && { mergedInto: { ...into, to: meant(routes, into.to) } }),
    doubles: [...routes.values()].filter(
      ({ kind, to }) => kind === 'visit-merge' && meant(routes, to) === visitId,
    ),
    renames: withGivenBack([...renames, ...[...numbers].filter(({ from }) => from === visitId)], takenBack),
  }
}

/**
 * The patient under whom it was last recorded; who names it by another number that stood for the same person then says
 * nothing new, and where it was moved away from it doesn't go back.
 */
export function holderOf(
  { home, mentions }: Pick<Draft, 'home' | 'mentions'>,
  moves: readonly Statement[],
  { statements }: Identity,
): string {
  const others = mentions.some(({ subject }) => subject !== home)
  if (moves.length === 0 && !others) return home
  const steps: readonly (Mention | Statement)[] = [...mentions, ...moves].toSorted((a, b) =>
    a.stamp === b.stamp ? Number('kind' in a) - Number('kind' in b) : a.stamp < b.stamp ? -1 : 1,
  )
  const left = new Set<string>()
  let holder: string | undefined
  for (const step of steps) {
    if ('kind' in step) {
      if (step.visit === undefined && holder !== undefined && holder !== step.from && holder !== step.to)
        continue
      left.add(step.from)
      left.delete(step.to)
      holder = step.to
    } else if (holder === undefined) holder = step.subject
    else if (!isSamePerson(statements, holder, step) && !left.has(personThen(statements, step)))
      holder = step.subject
  }
  return holder ?? home
}

/** Whether two patients were one when a message was recorded, as had been said by then. */
function isSamePerson(
  statements: readonly Statement[],
  holder: string,
  { subject, stamp }: Mention,
): boolean {
  if (holder === subject) return true
  const then = identityBy(statements.filter(one => one.stamp <= stamp))
  return ownerOf(then, holder) === ownerOf(then, subject)
}

/** Who was known by the number that a message was sent under, as had been said by then. */
const personThen = (statements: readonly Statement[], { subject, stamp }: Mention): string =>
  personIn(identityBy(statements.filter(one => one.stamp <= stamp)), subject)

interface Concerning {
  readonly routes: Routes
  readonly accounts: () => ReadonlySet<string>
}

function concerns(
  { visit, account, stamp }: Statement,
  visitId: string,
  { routes, accounts }: Concerning,
): boolean {
  if (visit !== undefined) return routed(routes, visit, stamp) === visitId
  return account === undefined || accounts().has(account)
}
