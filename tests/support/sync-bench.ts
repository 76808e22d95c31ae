import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { applyInbound, type InboundLaw } from '../../src/commands/apply-inbound.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { instantOf } from '../../src/lib/clock.ts'
import { formatV8, shardInId, shardOfKey } from '../../src/lib/ids.ts'
import { parseJson } from '../../src/lib/json.ts'
import { ok } from '../../src/lib/result.ts'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { openFetchClient } from '../../src/sync/fetch-client.ts'
import { openPeerSync, type PeerSync } from '../../src/sync/peer-sync.ts'
import { outboundTypes, targetOf, type PeerSettings } from '../../src/sync/peer-settings.ts'
import type { KnownResource } from './case-in-a-circle.ts'
import { startFakePeer } from './fake-peer.ts'

const takesAll: InboundLaw = ({ changed }) => ok(changed)

/** One embedded store for a test file; every test has a peer of its own (`fresh`), and so resources of its own. */
export async function openSyncBench() {
  const folder = mkdtempSync(join(tmpdir(), 'cw-sync-'))
  const store = await openEmbeddedStore({
    dataDir: folder,
    clock: { nowMs: Date.now },
    indexResource,
    migrate: 'auto',
  })
  let serial = 0
  let skewMs = 0

  return {
    store,
    close: async (): Promise<void> => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
    fresh: async (given: Partial<PeerSettings> = {}) => {
      const peer = await startFakePeer()
      const turn = ++serial
      const failures: unknown[] = []
      const settings: PeerSettings = {
        name: `north${turn}`,
        baseUrl: peer.baseUrl,
        auth: { type: 'none' },
        push: ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task'],
        pull: ['CarePlan', 'Task'],
        patients: 'all',
        pollIntervalMs: 50,
        overlapMs: 300_000,
        maxConcurrency: 4,
        timeoutMs: 30_000,
        ...given,
      }
      const nowMs = (): number => Date.now() + skewMs
      const targets = [{ target: targetOf(settings), types: outboundTypes(settings) }]
      const sync: PeerSync = openPeerSync(
        {
          store,
          client: openFetchClient(settings),
          peer: settings,
          tenant: 1,
          canonicalBase: 'https://casewire.example/fhir',
          ownBase: 'http://127.0.0.1:8080/fhir',
          nowMs,
          apply: request => applyInbound({ store, nowMs, targets, law: takesAll }, request),
        },
        {
          pushed: () => {},
          pulled: () => {},
          away: () => {},
          back: () => {},
          buried: () => {},
          leftOut: () => {},
          failed: (_peer, error) => failures.push(error),
        },
      )
      const idFor = (name: string): string => formatV8(Buffer.from(`${name}-${turn}`.padEnd(32, '.')), turn)
      return {
        peer,
        sync,
        failures,
        name: settings.name,
        mrn: `M${turn}`,
        idFor,
        write: async (resources: readonly KnownResource[]): Promise<void> => {
          const keys = resources.map(({ resourceType, id }) => ({ type: resourceType, id }))
          const { resources: loaded } = await store.load({ tenant: 1, lane: 0, keys })
          const work = openWork(
            { tenant: 1, lane: 0, at: instantOf(Date.now()), actor: 'Device/test', targets },
            loaded,
          )
          for (const resource of resources) {
            const { resourceType: type, id } = resource
            const shard = shardInId(id)
            const place = {
              shard: shard ?? shardOfKey(1, `${type}/${id}`),
              clientAssigned: shard === undefined,
            }
            work.put(resource, place)
          }
          expect((await store.flush(work.changes())).ok).toBe(true)
        },
        here: async (type: string, name: string): Promise<KnownResource> => {
          const stored = await store.read(1, { type, id: idFor(name) })
          return parseJson(stored?.content ?? 'null') as KnownResource
        },
        there: (type: string): Resource => {
          const [found] = peer.all(type)
          expect(found).toBeDefined()
          return found as Resource
        },
        /** Rounds until nothing moves any more, a minute apart. */
        quiet: async (): Promise<void> => {
          for (let i = 0; i < 40; i += 1) {
            skewMs += 60_000
            const { pushed, pulled } = await sync.runOnce()
            if (pushed + pulled === 0 && (await sync.status()).waiting === 0) return
          }
          throw new Error('never quiet')
        },
        end: async (): Promise<void> => {
          await sync.stop()
          await peer.stop()
        },
      }
    },
  }
}
