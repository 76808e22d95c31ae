import { afterAll, beforeAll } from 'vitest'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import type { IndexEntry } from '../../../src/fhir/search/indexing/index-entry.ts'
import type {
  Changes,
  FlushConflict,
  InboxWrite,
  Store,
  Stored,
  Write,
} from '../../../src/commands/ports/store.ts'

/** Two handles on one store: separate processes' worth of connections where the back end allows it. */
export interface StoreUnderTest {
  readonly store: Store
  readonly other: Store
  readonly close: () => Promise<void>
}

/** The store's present, which a test may move. */
export interface TrialClock {
  nowMs: () => number
}

export type OpenStore = (clock: TrialClock) => Promise<StoreUnderTest>

/** The store's real indexer, but a resource of language `x-same` always says that its search values are the same. */
export const contractIndexer = (resource: Resource): IndexEntry =>
  resource['language'] === 'x-same' ? { ...indexResource(resource), hash: 42n } : indexResource(resource)

export const AT = '2026-10-05T18:30:00.000Z'
export const AT_MS = Date.parse(AT)

/** What the parts of the contract share: one store, and a tenant of its own for each test. */
export interface StoreTrial {
  readonly clock: TrialClock
  readonly store: () => Store
  readonly other: () => Store
  readonly fresh: () => number
  readonly flush: (of: number, parts: Partial<Changes>) => Promise<readonly Stored[]>
  readonly conflict: (of: number, parts: Partial<Changes>) => Promise<FlushConflict>
  readonly read: (of: number, key: string) => Promise<Stored | undefined>
}

/** Opens the store before the tests of this suite and closes it after them. */
export function storeTrial(open: OpenStore): StoreTrial {
  const clock: TrialClock = { nowMs: () => AT_MS }
  let under: StoreUnderTest
  let tenant = 0
  beforeAll(async () => {
    under = await open(clock)
  })
  afterAll(() => under.close())
  return {
    clock,
    store: () => under.store,
    other: () => under.other,
    fresh: () => {
      tenant += 1
      return tenant
    },
    flush: async (of, parts) => {
      const flushed = await under.store.flush(changes(of, parts))
      if (!flushed.ok) throw new Error(`conflict: ${JSON.stringify(flushed.failure)}`)
      return flushed.value.written
    },
    conflict: async (of, parts) => {
      const flushed = await under.store.flush(changes(of, parts))
      if (flushed.ok) throw new Error('no conflict')
      return flushed.failure
    },
    read: (of, key) => under.store.read(of, { type: 'Patient', id: patientId(of, key) }),
  }
}

export const patientId = (of: number, key: string): string =>
  derivedId(shardOfKey(of, key), of, 'Patient', key)

type WriteParts = Partial<Write> & { readonly resources?: readonly object[] }

/** A write of a Patient known by `key`, decided on a version. */
export function write(of: number, key: string, version: number, parts: WriteParts = {}): Write {
  const { resources = [{ gender: 'female' }], ...more } = parts
  const id = patientId(of, key)
  const versions = resources.map(body => ({ resourceType: 'Patient', id, ...body }))
  return { type: 'Patient', id, shard: shardOfKey(of, key), expect: version, versions, ...more }
}

export const changes = (of: number, parts: Partial<Changes>): Changes => ({
  tenant: of,
  lane: 0,
  at: AT,
  writes: [],
  ...parts,
})

/** What a decider carries over from the row it loaded. */
export const known = (stored: Stored | undefined): Partial<Write> =>
  stored ? { expectIndexHash: stored.indexHash, expectUpdated: stored.updated } : {}

export const fact = (subject: string) => ({
  id: 'first',
  subject,
  kind: 'movement',
  scope: 'visit',
  at: AT,
  recorded: AT,
  actor: 'Device/adt',
  source: 'APP|FAC',
  body: { trigger: 'A01' },
})

export const claim = (messageId: string, payloadHash: string): InboxWrite => ({
  mode: 'claim',
  source: 'APP|FAC',
  messageId,
  payloadHash,
  trigger: 'A01',
  outcome: 'applied',
  received: AT,
  origin: 'http',
  raw: Buffer.from('MSH|'),
  resources: [],
})
