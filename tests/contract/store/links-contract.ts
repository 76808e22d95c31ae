import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../src/lib/json.ts'
import { AT, type StoreTrial } from './store-trial.ts'

/** What stands on which peer. */
export function linksContract(trial: StoreTrial): void {
  const { flush, fresh } = trial

  describe('links', () => {
    const link = (peer: string, id: string, remoteId: string) => ({
      peer,
      type: 'Task',
      id,
      remoteId,
      remoteVersion: '1',
      remoteHash: 'h',
      base: parseJson('{"resourceType":"Task","n":1.50}') as { readonly n: number },
    })

    test('a link is found from both sides and follows what is put', async () => {
      const of = fresh()
      const peer = `north-${of}`
      await flush(of, { links: [link(peer, '1', '101'), link(peer, '2', '102')] })
      await flush(of, { links: [{ ...link(peer, '1', '101'), remoteVersion: '2' }] })
      const [local] = await trial.store().links.byLocal(peer, [{ type: 'Task', id: '1' }])
      expect(local).toMatchObject({ remoteId: '101', remoteVersion: '2' })
      expect(JSON.stringify(local?.base)).toContain('1.50')
      expect(await trial.store().links.byRemote(peer, [{ type: 'Task', id: '102' }])).toMatchObject([
        { id: '2' },
      ])
      expect(await trial.store().links.byLocal('south', [{ type: 'Task', id: '1' }])).toEqual([])
      expect(await trial.store().links.count(peer)).toBe(2)
    })

    test('cursors and conflicts are kept per peer', async () => {
      const of = fresh()
      const peer = `west-${of}`
      await flush(of, { cursors: [{ peer, type: 'Task', watermark: AT }] })
      await flush(of, { cursors: [{ peer, type: 'Task', watermark: '2026-10-06T00:00:00.000Z' }] })
      expect(await trial.store().links.cursors(peer)).toEqual([
        { peer, type: 'Task', watermark: '2026-10-06T00:00:00.000Z' },
      ])
      const overwritten = { id: `c-${of}`, peer, key: 'Task/1', at: AT, elements: { 'Task.status': 'draft' } }
      await trial.store().links.recordConflict(overwritten)
      await trial.store().links.recordConflict(overwritten)
      expect(await trial.store().links.conflicts(peer, 10)).toEqual([overwritten])
    })
  })
}
