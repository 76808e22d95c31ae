import type { Identifier } from '@medplum/fhirtypes'
import type { Derived } from '../resources/derived.ts'
import { payersOf } from '../resources/derive.ts'
import { accountFrom, accountWordsIn, numberOf, type AccountWord } from '../lists/accounts.ts'
import type { MapContext } from '../map-context.ts'
import { accountIdOf } from '../events/patient-name.ts'
import { groupItems } from '../registers/register-index.ts'
import type { Scope } from '../registers/scope.ts'
import { identifierKey } from '../types/cx-identifier.ts'
import { withGivenBack, type TakenBack } from './given-back.ts'
import { ownerOf, type Identity } from './identity.ts'
import type { IdentityKind, Statement } from './identity-fact.ts'
import { ALWAYS, leads, routed, routesOf, type Routes } from './routes.ts'
import { holderOf } from './visits-of-cluster.ts'

export interface ClusterAccounts {
  readonly resources: readonly Derived[]
  /** The Account that a number means where one of these patients is spoken of, the likeliest first. */
  readonly idOf: (
    identifier: Identifier,
    context: MapContext,
    patients: readonly string[],
  ) => string | undefined
}

interface AccountsFrame {
  readonly identity: Identity
  readonly shardOf: (patient: string) => number
  readonly takenBack: TakenBack
}

const ACCOUNTS: ReadonlySet<IdentityKind> = new Set(['account-merge', 'account-rename'])

const nothing: ClusterAccounts = { resources: [], idOf: () => undefined }

/** One account as all that was said of it under any number and any patient has it. */
interface Draft {
  /** The patient whose number of it makes its id. */
  readonly home: string
  readonly words: AccountWord[]
  /** `system|value` of its numbers. */
  readonly keys: Set<string>
}

/** Accounts of every patient of a cluster: each under the patient and the number that it came with first, whoever has it now. */
export function accountsOfCluster(
  scopes: readonly Scope[],
  { identity, shardOf, takenBack }: AccountsFrame,
): ClusterAccounts {
  const spoken = scopes.flatMap(spokenIn)
  if (spoken.length === 0) return nothing
  const numbers = onlyNumbers(identity.statements, new Set(spoken.map(({ id }) => id)))
  const routes = routesOf(
    identity.statements.filter(one => !numbers.has(one)),
    ACCOUNTS,
  )
  const homes = homesOf(spoken, scopes, shardOf)
  const drafts = new Map<string, Draft>()
  for (const { id, identifier, words } of spoken) {
    for (const word of words) {
      const target = routed(routes, id, word.stamp)
      const home = homes.get(target) ?? word.voice.scope.patientId
      const draft = drafts.get(target) ?? { home, words: [], keys: new Set<string>() }
      draft.words.push(word)
      draft.keys.add(identifierKey(identifier))
      drafts.set(target, draft)
    }
  }
  return {
    resources: [...drafts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([id, draft]) => accountOf(id, draft, { identity, routes, numbers, drafts, takenBack }) ?? []),
    idOf: (identifier, context, patients) => {
      const ids = patients.map(patient =>
        routed(routes, accountIdOf({ id: patient, shard: shardOf(patient) }, identifier, context), ALWAYS),
      )
      return ids.find(id => drafts.has(id)) ?? ids[0]
    },
  }
}

interface Spoken {
  /** As the number under that patient makes it. */
  readonly id: string
  readonly identifier: Identifier
  readonly context: MapContext
  readonly words: readonly AccountWord[]
}

/** Words on accounts in one patient's register, account by account. */
function spokenIn(scope: Scope): readonly Spoken[] {
  if (groupItems(scope.register, 'ACT').length === 0) return []
  const words = accountWordsIn({ scope, payers: payersOf(scope) })
  return [...Map.groupBy(words, ({ key }) => key).values()].flatMap(own => {
    const [identifier, first] = [numberOf(own), own[0]]
    if (!identifier || !first) return []
    const context = scope.contexts(first.source)
    const id = accountIdOf({ id: scope.patientId, shard: scope.shard }, identifier, context)
    return [{ id, identifier, context, words: own }]
  })
}

/** Whose number makes an id, for every number under every patient. */
function homesOf(
  spoken: readonly Spoken[],
  scopes: readonly Scope[],
  shardOf: AccountsFrame['shardOf'],
): ReadonlyMap<string, string> {
  const homes = new Map<string, string>()
  for (const { identifier, context } of spoken) {
    for (const { patientId: id } of scopes)
      homes.set(accountIdOf({ id, shard: shardOf(id) }, identifier, context), id)
  }
  return homes
}

interface DraftFrame extends Pick<AccountsFrame, 'identity' | 'takenBack'> {
  readonly routes: Routes
  readonly numbers: ReadonlySet<Statement>
  readonly drafts: ReadonlyMap<string, Draft>
}

function accountOf(
  id: string,
  draft: Draft,
  { identity, routes, numbers, drafts, takenBack }: DraftFrame,
): Derived | undefined {
  const mentions = draft.words.map(({ voice, stamp }) => ({ subject: voice.scope.patientId, stamp }))
  const holder = holderOf({ home: draft.home, mentions }, movesOf(draft, identity), identity)
  const into = routes.get(id)
  const now = routed(routes, id, ALWAYS)
  return accountFrom({
    ...{ id, words: draft.words, numbers: withGivenBack(numbersOf(id, routes, numbers), takenBack) },
    subject: { reference: `Patient/${ownerOf(identity, holder)}` },
    ...(into && drafts.has(now) && { partOf: now }),
  })
}

/** What said that accounts of these numbers, or all of a patient's, are another's. */
const movesOf = ({ keys }: Draft, { statements }: Identity): readonly Statement[] =>
  statements.filter(
    ({ kind, visit, account }) =>
      kind === 'move' && visit === undefined && (account === undefined || keys.has(account)),
  )

/** Of all that went on as this account, in the order in which it was said. */
const numbersOf = (id: string, routes: Routes, numbers: ReadonlySet<Statement>): readonly Statement[] =>
  [
    ...[...routes.values()].filter(({ from }) => leads(routes, from, id) && from !== id),
    ...[...numbers].filter(({ from }) => leads(routes, from, id)),
  ].toSorted((a, b) => (a.stamp < b.stamp ? -1 : 1))

/**
 * New numbers of accounts that nobody ever spoke of under the old number: no account is made up under that; it is one more
 * of the account that is known.
 */
const onlyNumbers = (statements: readonly Statement[], spoken: ReadonlySet<string>): ReadonlySet<Statement> =>
  new Set(
    statements.filter(
      one =>
        one.kind === 'account-rename' &&
        !spoken.has(one.to) &&
        statements.every(
          other =>
            !ACCOUNTS.has(other.kind) ||
            (other.from !== one.to && (other.to !== one.to || other.from === one.from)),
        ),
    ),
  )
