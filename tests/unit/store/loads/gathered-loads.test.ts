import { describe, expect, test } from 'vitest'
import type { Loaded, LoadRequest } from '../../../../src/commands/ports/store.ts'
import type { Db, Rows, Statement } from '../../../../src/store/connection/db.ts'
import { gatheredLoads } from '../../../../src/store/loads/gathered-loads.ts'

const nothing: Rows<never> = { rows: [], command: 'SELECT', rowCount: 0 }
const refuse = async (): Promise<never> => {
  throw new Error('not asked for')
}

type AnswerAll = (statements: readonly Statement[]) => readonly (readonly object[])[]

/** A database that answers messages, and remembers them; what is loaded alone is remembered too. */
function answering(answerAll: AnswerAll) {
  const messages: (readonly Statement[])[] = []
  const reads = async (statements: readonly Statement[]) => {
    messages.push(statements)
    return answerAll(statements).map(rows => ({ ...nothing, rows }) as Rows<never>)
  }
  const others = {
    query: refuse,
    search: refuse,
    snapshot: refuse,
    walk: refuse,
    few: refuse,
    point: refuse,
    tx: refuse,
    hold: refuse,
  }
  const lane = { lanes: 1, holds: () => false, quietLane: () => 0, close: async () => undefined }
  const db: Db = { ...lane, ...others, reads }
  const alone: LoadRequest[] = []
  const load = gatheredLoads(db, async request => {
    alone.push(request)
    return empty
  })
  return { messages, alone, load }
}

const empty: Loaded = { resources: [], facts: [], said: [], messages: [] }
const row = (place: number, id: string): object => ({
  ...{ place: String(place), shard: 1, type: 1, id, version: 1, updated: '' },
  ...{ deleted: false, ixh: '0', content: '{}' },
})
const ofKey = (id: string): LoadRequest => ({ tenant: 1, lane: 0, keys: [{ type: 'Patient', id }] })
const ofPatient = (id: string, types = ['CarePlan']): LoadRequest => ({
  ...{ tenant: 1, lane: 0, compartments: { patients: [id], types } },
})
const idsOf = (loaded: readonly Loaded[]): readonly (readonly string[])[] =>
  loaded.map(({ resources }) => resources.map(({ id }) => id))

describe('loads of one turn', () => {
  test('go to the database as one message, and each gets what it asked for', async () => {
    const { load, messages } = answering(() => [
      [row(3, 'c'), row(1, 'a')],
      [row(2, 'y'), row(1, 'x')],
    ])
    const [a, b, c] = [
      ofKey('a'),
      { ...ofKey('b'), ...ofPatient('b'), keys: [{ type: 'Task', id: 'b' }] },
      ofKey('c'),
    ]
    const loaded = await Promise.all([load(a), load(b), load(c), load(ofPatient('d'))])
    expect(idsOf(loaded)).toEqual([['a'], ['x'], ['c'], ['y']])
    expect(messages.map(each => each.map(({ name }) => name))).toEqual([
      ['cw_load_by_keys', 'cw_load_by_patients'],
    ])
  })

  test('ask for compartments by the types that they want', async () => {
    const { load, messages } = answering(() => [[row(1, 'x')], [row(1, 'y')]])
    const loaded = await Promise.all([load(ofPatient('a')), load(ofPatient('b', ['Task']))])
    expect(idsOf(loaded)).toEqual([['x'], ['y']])
    expect(messages[0]).toHaveLength(2)
  })

  test('say once what one request finds twice', async () => {
    const { load } = answering(() => [[row(1, 'a')], [row(1, 'a')]])
    const both: LoadRequest = { ...ofKey('a'), ...ofPatient('p') }
    const loaded = await Promise.all([load(both), load(ofKey('b'))])
    expect(idsOf(loaded)).toEqual([['a'], []])
  })

  test('are apart by tenant, and done as ever when there is only one', async () => {
    const { load, alone, messages } = answering(() => [])
    await Promise.all([load(ofKey('a')), load({ ...ofKey('a'), tenant: 2 })])
    expect(alone.map(({ tenant }) => tenant)).toEqual([1, 2])
    expect(messages).toEqual([])
  })

  test('leave out what asks for more than resources, for many, or for an id that no resource has', async () => {
    const { load, alone } = answering(() => [])
    const many = Array.from({ length: 21 }, (_, n) => ({ type: 'Patient', id: `p${n}` }))
    const requests: readonly LoadRequest[] = [
      { ...ofKey('a'), subjects: ['a'] },
      { ...ofKey('a'), wholes: ['a'] },
      { ...ofKey('a'), messages: [{ source: 's', messageId: '1' }] },
      { tenant: 1, lane: 0, recordOf: { key: { type: 'Task', id: 'a' }, types: ['Task'] } },
      { tenant: 1, lane: 0, keys: many },
      ofKey('no\0id'),
      ofPatient('a b'),
      { tenant: 1, lane: 0 },
    ]
    await Promise.all(requests.map(load))
    expect(alone).toEqual(requests)
  })

  test('fail together when the database does', async () => {
    const { load } = answering(() => {
      throw new Error('gone')
    })
    const outcomes = await Promise.allSettled([load(ofKey('a')), load(ofKey('b'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })
})
