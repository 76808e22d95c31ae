import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  boolArray,
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestampArray,
} from '../../src/store/connection/binary-arrays.ts'
import { describeWith, serverAddress } from '../support/real-servers.ts'

describeWith(['postgres'], 'binary arrays', () => {
  let client: Client
  beforeAll(async () => {
    client = new Client({ connectionString: serverAddress('postgres') })
    await client.connect()
  })
  afterAll(() => client.end())

  /** What the server understands, as JSON text of its elements. */
  const understood = async (
    type: string,
    array: Buffer,
    element = 'v::text',
  ): Promise<readonly unknown[]> => {
    const { rows } = await client.query<{ found: unknown[] }>(
      `select array(select ${element} from unnest($1::${type}[]) with ordinality u (v, n) order by n) as found`,
      [array],
    )
    return rows[0]?.found ?? []
  }
  const holds = <T>(
    arbitrary: fc.Arbitrary<readonly T[]>,
    check: (values: readonly T[]) => Promise<unknown>,
  ): Promise<void> => {
    const property = fc.asyncProperty(arbitrary, async values => {
      await check(values)
    })
    return fc.assert(property, { numRuns: process.env['CASEWIRE_LONG'] === '1' ? 1000 : 50 })
  }
  const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<readonly (T | undefined)[]> =>
    fc.array(fc.option(arbitrary, { nil: undefined }))
  const texts = (values: readonly (string | number | bigint | boolean | undefined)[]): readonly unknown[] =>
    values.map(value => (value === undefined ? null : String(value)))

  test('whole numbers of every size arrive as they are, absent ones as null', async () => {
    await holds(optional(fc.integer({ min: -32_768, max: 32_767 })), async values =>
      expect(await understood('int2', int2Array(values))).toEqual(texts(values)),
    )
    await holds(optional(fc.integer()), async values =>
      expect(await understood('int4', int4Array(values))).toEqual(texts(values)),
    )
    await holds(optional(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), async values =>
      expect(await understood('int8', int8Array(values))).toEqual(texts(values)),
    )
  })

  test('texts arrive character for character, given as text or as bytes', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter(value => !value.includes('\0'))
    await holds(optional(text), async values =>
      expect(await understood('text', textArray(values))).toEqual(texts(values)),
    )
    await holds(fc.array(text), async values =>
      expect(await understood('text', textArray(values.map(value => Buffer.from(value))))).toEqual(
        texts(values),
      ),
    )
  })

  test('texts longer than any before arrive whole', async () => {
    const long = ['ä'.repeat(3_000_000), undefined, 'z']
    expect(await understood('text', textArray(long))).toEqual(texts(long))
  })

  test('instants arrive to the millisecond, before and after the epochs', async () => {
    const instants = optional(
      fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      }),
    )
    await holds(instants, async values => {
      const found = await understood(
        'timestamptz',
        timestampArray(values.map(value => value?.getTime())),
        '(extract(epoch from v) * 1000)::bigint::text',
      )
      expect(found).toEqual(texts(values.map(value => value?.getTime())))
    })
  })

  test('truth values and bytes arrive as they are', async () => {
    await holds(fc.array(fc.boolean()), async values =>
      expect(await understood('bool', boolArray(values))).toEqual(texts(values)),
    )
    await holds(fc.array(fc.uint8Array()), async values => {
      const found = await understood(
        'bytea',
        byteaArray(values.map(value => Buffer.from(value))),
        "encode(v, 'hex')",
      )
      expect(found).toEqual(values.map(value => Buffer.from(value).toString('hex')))
    })
  })
})
