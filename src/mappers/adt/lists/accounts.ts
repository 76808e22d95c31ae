import type { Account, AccountCoverage, AccountGuarantor, Identifier } from '@medplum/fhirtypes'
import { assert } from '../../../lib/assert.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { readText } from '../registers/field-text.ts'
import { facilityOf, namesFacility, type MapContext } from '../map-context.ts'
import { pidAccount } from '../maps/pid-account.ts'
import { groupItems, type GroupItem } from '../registers/register-index.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import type { Statement } from '../identity/identity-fact.ts'
import { renumbered } from '../identity/renumbered.ts'
import { accountIdOf } from '../events/patient-name.ts'
import { dtmPeriod } from '../types/period.ts'
import { facilityId } from '../types/xon-organization.ts'
import { listed, type Item } from './item.ts'
import { guarantorParty } from './related-persons.ts'

export interface Payers {
  readonly guarantors: readonly Item[]
  readonly plans: readonly Item[]
}

/** What one patient's register says of accounts (account-words.ts), with who answers and what pays there. */
export interface AccountVoice {
  readonly scope: Scope
  readonly payers: Payers
}

/** One word on an account, with whose register has it. */
export interface AccountWord extends GroupItem {
  readonly part: AccountPart
  readonly voice: AccountVoice
}

/** The number, its financial class, and the keys of its guarantors and plans. */
export type AccountPart = (typeof PARTS)[number]
const PARTS = ['ACT', 'ACF', 'ACG', 'ACI'] as const

/** An account as all words on it have it. */
export interface AccountDraft {
  readonly id: string
  readonly subject: { readonly reference: string }
  readonly words: readonly AccountWord[]
  /** What was said of its numbers. */
  readonly numbers: readonly Pick<Statement, 'old' | 'current' | 'at'>[]
  /** The account of which it is part now. */
  readonly partOf?: string
}

/** Accounts of the patient with who answers for them and what pays, as sent with them last. */
export function accounts(scope: Scope, payers: Payers): readonly Derived[] {
  const words = accountWordsIn({ scope, payers })
  if (words.length === 0) return words as readonly never[]
  const subject = scope.subject
  const byKey = Map.groupBy(words, ({ key }) => key)
  return [...byKey.values()].flatMap(own => {
    const identifier = numberOf(own)
    if (!identifier) return []
    const id = accountIdOf({ id: scope.patientId, shard: scope.shard }, identifier, contextOf(own))
    return accountFrom({ id, subject, words: own, numbers: [] }) ?? []
  })
}

/** Every word on every account in a register. */
export function accountWordsIn(voice: AccountVoice): readonly AccountWord[] {
  const { register } = voice.scope
  if (groupItems(register, 'ACT').length === 0) return []
  return PARTS.flatMap(part => groupItems(register, part).map(item => ({ ...item, part, voice })))
}

/** The number that its last word gives it. */
export function numberOf(words: readonly AccountWord[]): Identifier | undefined {
  const word = lastWord(words, 'ACT')
  return word && saidIn(word).identifier?.[0]
}

const contextOf = ([word]: readonly AccountWord[]): MapContext => {
  assert(word !== undefined, 'an account has words')
  return word.voice.scope.contexts(word.source)
}

const saidIn = ({ text, source, voice }: AccountWord): Partial<Account> =>
  applyRows(pidAccount, readText(text), voice.scope.contexts(source))

/** Undefined where nobody says its number. */
export function accountFrom({ id, subject, words, numbers, partOf }: AccountDraft): Derived | undefined {
  const word = lastWord(words, 'ACT')
  const said = word && saidIn(word)
  const [identifier] = said?.identifier ?? []
  if (!word || !identifier) return undefined
  const context = word.voice.scope.contexts(word.source)
  const coverage = itemsNamed(words, 'ACI').map(({ id: plan, segment }): AccountCoverage => ({
    coverage: { reference: `Coverage/${plan}` },
    ...priority(segment.text(1)),
  }))
  const guarantor = itemsNamed(words, 'ACG').flatMap(({ item, scope }) => {
    const party = guarantorParty(scope, item)
    return party ? [{ party, ...guarantorPeriod(item, context) }] : []
  })
  return derived<Account>({
    resourceType: 'Account',
    id,
    ...said,
    identifier: [...renumbered([identifier], numbers)],
    status: partOf === undefined ? 'active' : 'inactive',
    type: typeOf(words),
    subject: [subject],
    coverage: listed(coverage),
    owner: namesFacility(word.source)
      ? { reference: `Organization/${facilityId(facilityOf(word.source), context)}` }
      : undefined,
    guarantor: listed(guarantor),
    partOf: partOf === undefined ? undefined : { reference: `Account/${partOf}` },
  })
}

/** The last word on a part of an account. */
function lastWord(words: readonly AccountWord[], part: AccountPart): AccountWord | undefined {
  let last: AccountWord | undefined
  for (const word of words) {
    if (word.part === part && (!last || last.stamp < word.stamp || isLaterText(last, word))) last = word
  }
  return last
}

const isLaterText = (last: AccountWord, { stamp, text }: AccountWord): boolean =>
  last.stamp === stamp && last.text <= text

/** The items of a list that an account was sent with, as far as they hold. */
function itemsNamed(words: readonly AccountWord[], part: 'ACG' | 'ACI') {
  const said = lastWord(words, part)
  if (!said) return []
  const { scope, payers } = said.voice
  const keys = new Set(
    readText(said.text)
      .repetitions(1)
      .map(({ raw }) => raw),
  )
  return (part === 'ACG' ? payers.guarantors : payers.plans)
    .filter(({ item }) => item.isCurrent && item.source === said.source && keys.has(item.key))
    .map(one => ({ ...one, item: one, scope }))
}

/** PV1-20: financial class. */
function typeOf(words: readonly AccountWord[]): Account['type'] {
  const said = lastWord(words, 'ACF')
  const [field] = said ? readText(said.text).repetitions(1) : []
  return (
    said &&
    field &&
    cweToCodeableConcept(field, said.voice.scope.contexts(said.source), { table: '0064', at: 'PV1-20' })
  )
}

function priority(setId: string | null | undefined): Pick<AccountCoverage, 'priority'> {
  const order = Number(setId)
  return setId && Number.isInteger(order) && order > 0 && order < 1000 ? { priority: order } : {}
}

function guarantorPeriod({ segment }: Item, context: MapContext): Pick<AccountGuarantor, 'period'> {
  const period = dtmPeriod(segment.text(13) ?? undefined, segment.text(14) ?? undefined, context, 'GT1-13')
  return period ? { period } : {}
}
