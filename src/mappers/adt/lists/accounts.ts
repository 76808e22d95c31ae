import type { Account, AccountCoverage, AccountGuarantor, Identifier } from '@medplum/fhirtypes'
import { knownId } from '../../../lib/ids.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { derived, type Derived } from '../derived.ts'
import { readText } from '../field-text.ts'
import { facilityOf, namesFacility, type MapContext } from '../map-context.ts'
import { pidAccount } from '../maps/pid-account.ts'
import { groupItems, type GroupItem } from '../registers.ts'
import { applyRows } from '../rows.ts'
import { subjectOf, type Scope } from '../scope.ts'
import { outOfUse } from '../identity/renumbered.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import { dtmPeriod } from '../types/period.ts'
import { facilityId } from '../types/xon-organization.ts'
import { listed, type Item } from './item.ts'
import { guarantorParty } from './related-persons.ts'

export interface Payers {
  readonly guarantors: readonly Item[]
  readonly plans: readonly Item[]
}

/** The id of the Account that a number of a patient (PID-18) names. */
export const accountId = (
  { patientId, shard }: Pick<Scope, 'patientId' | 'shard'>,
  identifier: Identifier,
  { settings: { tenant } }: MapContext,
): string => knownId(shard, tenant, 'Account', `${patientId}|${identifierKey(identifier)}`)

/** Accounts of the patient with who answers for them and what pays, as sent with them last (account-words.ts). */
export function accounts(scope: Scope, payers: Payers): readonly Derived[] {
  const latest = new Map<string, GroupItem>()
  for (const item of groupItems(scope.register, 'ACT')) {
    const other = latest.get(item.key)
    if (!other || other.stamp <= item.stamp) latest.set(item.key, item)
  }
  return [...latest.values()].flatMap(item => account(scope, item, payers) ?? [])
}

function account(scope: Scope, item: GroupItem, { guarantors, plans }: Payers): Derived | undefined {
  const context = scope.contexts(item.source)
  const said = applyRows(pidAccount, readText(item.text), () => context) as Partial<Account>
  const [identifier] = said.identifier ?? []
  if (!identifier) return undefined
  const coverage = itemsNamed(scope, 'ACI', item.key, plans).map(({ id, segment }): AccountCoverage => ({
    coverage: { reference: `Coverage/${id}` },
    ...priority(segment.text(1)),
  }))
  const guarantor = itemsNamed(scope, 'ACG', item.key, guarantors).flatMap(one => {
    const party = guarantorParty(scope, one)
    return party ? [{ party, ...guarantorPeriod(one, context) }] : []
  })
  return derived<Account>({
    resourceType: 'Account',
    id: accountId(scope, identifier, context),
    ...said,
    identifier: numbersOf(scope, item.key, identifier),
    status: 'active',
    type: typeOf(scope, item.key),
    subject: [subjectOf(scope)],
    coverage: listed(coverage),
    owner: namesFacility(item.source)
      ? { reference: `Organization/${facilityId(facilityOf(item.source), context)}` }
      : undefined,
    guarantor: listed(guarantor),
  })
}

/** Its number, and the one that it had before (MRG-3 of A06 and A07). */
function numbersOf(scope: Scope, key: string, identifier: Identifier): Identifier[] {
  const said = partOf(scope, 'ACO', key)
  const [cx] = said ? readText(said.text).repetitions(1) : []
  const old = said && cx && cxToIdentifier(cx, scope.contexts(said.source), 'MRG-3', 'AN')
  const isOther = old && identifierKey(old) !== identifierKey(identifier)
  return isOther ? [identifier, outOfUse(old)] : [identifier]
}

/** The last word on a part of an account. */
function partOf(scope: Scope, part: 'ACF' | 'ACG' | 'ACI' | 'ACO', key: string): GroupItem | undefined {
  return groupItems(scope.register, part)
    .filter(item => item.key === key)
    .toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))[0]
}

/** The items of a list that an account was sent with, as far as they hold. */
function itemsNamed(scope: Scope, part: 'ACG' | 'ACI', key: string, items: readonly Item[]): readonly Item[] {
  const said = partOf(scope, part, key)
  if (!said) return []
  const keys = new Set(
    readText(said.text)
      .repetitions(1)
      .map(({ raw }) => raw),
  )
  return items.filter(({ item }) => item.isCurrent && item.source === said.source && keys.has(item.key))
}

/** PV1-20: financial class. */
function typeOf(scope: Scope, key: string): Account['type'] {
  const said = partOf(scope, 'ACF', key)
  const [field] = said ? readText(said.text).repetitions(1) : []
  return (
    said && field && cweToCodeableConcept(field, scope.contexts(said.source), { table: '0064', at: 'PV1-20' })
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
