import { describe, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import type { Write } from '../../../src/commands/ports/store.ts'
import { AT_MS, known, patientId, write, type StoreTrial } from './store-trial.ts'

const second = (n: number): string => new Date(AT_MS + n * 1000).toISOString()

/** What stood at an instant. */
export function timeTravelContract(trial: StoreTrial): void {
  const { flush, fresh } = trial
  const readAt = (of: number, at: string, id = patientId(of, 'a')) =>
    trial.store().readAt(of, { type: 'Patient', id }, at)

  /** A Patient that is female at 0 s, male at 10 s and deleted at 20 s. */
  const lived = async (of: number, id?: string): Promise<void> => {
    const parts = id === undefined ? {} : { id, clientAssigned: true }
    const steps = [[{ gender: 'female' }], [{ gender: 'male' }], [undefined]] as const
    for (const [index, resources] of steps.entries()) {
      const stored = await trial.store().read(of, { type: 'Patient', id: id ?? patientId(of, 'a') })
      const versions = resources.map(body => body && { resourceType: 'Patient', ...body })
      const { clientAssigned, ...rest } = write(of, 'a', index, { ...known(stored), ...parts })
      const first = index === 0 && clientAssigned ? { clientAssigned } : {}
      await flush(of, { at: second(index * 10), writes: [{ ...rest, ...first, versions }] })
    }
  }

  describe('time travel', () => {
    test.each([undefined, 'chosen-by-a-client'])(
      'a resource is read as it stood at an instant, its tombstone too (id %s)',
      async id => {
        const of = fresh()
        await lived(of, id)
        expect(await readAt(of, second(-1), id)).toBeUndefined()
        expect(await readAt(of, second(0), id)).toMatchObject({ version: 1, deleted: false })
        expect(await readAt(of, second(9.999), id)).toMatchObject({ version: 1 })
        const male = await readAt(of, second(10), id)
        expect(male).toMatchObject({ version: 2, updated: second(10) })
        expect(JSON.parse(male?.content ?? '')).toMatchObject({ gender: 'male' })
        expect(await readAt(of, second(99), id)).toMatchObject({ version: 3, deleted: true, content: '' })
      },
    )

    test('a compartment is read as it stood at an instant, without what was not there yet or no more', async () => {
      const of = fresh()
      const patient = patientId(of, 'a')
      const task = (name: string, version: number, resource: object | undefined): Write => {
        const shard = shardOfKey(of, 'a')
        const id = derivedId(shard, of, 'Task', name)
        const body = { resourceType: 'Task', id, for: { reference: `Patient/${patient}` }, ...resource }
        return { type: 'Task', id, shard, expect: version, versions: [resource && body] }
      }
      const put = (at: number, writes: readonly Write[]) => flush(of, { at: second(at), writes })
      const requested = { status: 'requested', intent: 'order' }
      await put(0, [write(of, 'a', 0), task('kept', 0, requested), task('gone', 0, requested)])
      const done = { ...requested, status: 'completed' }
      await put(10, [task('kept', 1, done), task('later', 0, requested)])
      await put(20, [task('gone', 1, undefined)])
      const at = async (seconds: number) => {
        const request = { patient, types: ['Task', 'Goal'], at: second(seconds) }
        const found = await trial.store().compartmentAt(of, request)
        return found
          .map(({ id, content }) => [id, (JSON.parse(content) as { status: string }).status])
          .toSorted()
      }
      const row = (name: string, status: string) => [task(name, 0, undefined).id, status]
      expect(await at(-1)).toEqual([])
      expect(await at(5)).toEqual([row('kept', 'requested'), row('gone', 'requested')].toSorted())
      expect(await at(15)).toEqual(
        [row('kept', 'completed'), row('gone', 'requested'), row('later', 'requested')].toSorted(),
      )
      expect(await at(25)).toEqual([row('kept', 'completed'), row('later', 'requested')].toSorted())
    })
  })
}
