import { describe, expect, test } from 'vitest'
import { businessDifferences } from '../../../support/adt/business-ending.ts'
import { er7 } from '../../../support/adt/er7.ts'
import { hospitalStore, type HospitalStore } from '../../../support/adt/hospital-store.ts'
import { delivered, differences, ending, inOrder } from '../../../support/adt/hospital-ending.ts'

const cx = (patient: string): string => `${patient}^^^VALLEY^MR`
const message = (event: string, minute: number, patient: string, segments: readonly string[] = []): string =>
  er7({
    ...{ event, id: `C${minute}`, at: `2026100110${minute}00`, patient, segments },
    visit: event === 'A01' ? `V${patient}` : '',
  })
const unlink = (minute: number, a: string, b: string): string =>
  message('A37', minute, a) + message('A37', minute, b).split('\r').slice(2).join('\r')

const [one, other] = [message('A01', 10, 'D0'), message('A01', 11, 'D1')]
/** D1 is merged into D0, that is taken back, and it was the other way round. */
const plain = [
  message('A40', 20, 'D0', [`MRG|${cx('D1')}`]),
  unlink(30, 'D0', 'D1'),
  message('A40', 40, 'D1', [`MRG|${cx('D0')}`]),
]
/** The same with another number of the one in the last word, while the unlink names the first. */
const renumbered = [
  ...plain.slice(0, 2),
  message('A47', 35, 'N0', [`MRG|${cx('D0')}`]),
  message('A40', 40, 'D1', [`MRG|${cx('N0')}`]),
]
/** A chain of three whose last step was wrong. */
const chain = [
  message('A40', 20, 'D1', [`MRG|${cx('D0')}`]),
  message('A40', 21, 'D2', [`MRG|${cx('D1')}`]),
  unlink(30, 'D2', 'D1'),
  message('A40', 40, 'D0', [`MRG|${cx('D2')}`]),
]

const orders = (texts: readonly string[]): readonly (readonly string[])[] =>
  texts.length < 2
    ? [texts]
    : texts.flatMap((first, at) => orders(texts.toSpliced(at, 1)).map(rest => [first, ...rest]))

/** Message by message, dead letters allowed. */
async function endOf(texts: readonly string[]): Promise<ReturnType<typeof ending>> {
  const store = hospitalStore(
    async () => undefined,
    () => Date.parse('2026-12-01T12:00:00Z'),
  )
  for (const text of texts)
    await store.ingest({ lane: 0, door: 'kafka', records: [{ value: Buffer.from(text), origin: 'day' }] })
  return ending(store)
}

test('patients who were merged are listed in one order, whoever of them was found first', async () => {
  const merges = ['D0', 'D1', 'D3'].map((gone, at) => message('A40', 20 + at, 'D2', [`MRG|${cx(gone)}`]))
  const calm = await delivered(merges, inOrder)
  for (const order of orders(merges)) expect(differences(calm, await delivered(order, inOrder))).toEqual([])
})

describe('merges that contradict one another', () => {
  test.for([
    ['of two patients', [one, other], plain],
    ['by another number', [one, other], renumbered],
    ['in a chain', [one, other, message('A01', 12, 'D2')], chain],
  ] as const)(
    'end as the last word has it, whenever the unlink between them comes, %s',
    async ([, visits, said]) => {
      const calm = ending(await delivered([...visits, ...said], inOrder))
      for (const order of orders(said))
        expect(businessDifferences(calm, ending(await delivered([...visits, ...order], inOrder)))).toEqual([])
    },
  )

  test('are both kept without an unlink, and the first that was recorded holds in every order', async () => {
    const said = [one, other, ...plain.filter(text => !text.includes('A37'))]
    const ends = await Promise.all(orders(said).map(endOf))
    for (const end of ends) expect(businessDifferences(ends[0] ?? new Map(), end)).toEqual([])
    expect(ends.length).toBe(24)
  })

  test('do so too when the unlink is taken in between the look at what stands and the refusal', async () => {
    const calm = await delivered([one, other, ...plain], inOrder)
    const [merge = '', back = '', again = ''] = plain
    let pauses = 0
    let isRefusing = false
    const take = (lane: number, ...texts: readonly string[]) => {
      const records = texts.map(text => ({ value: Buffer.from(text), origin: 'day' }))
      return store.ingest({ lane, door: 'kafka', records })
    }
    const store: HospitalStore = hospitalStore(
      async () => {
        if (!isRefusing || (pauses += 1) !== BEFORE_FLUSH) return
        await take(1, back)
      },
      () => Date.parse('2026-12-01T12:00:00Z'),
    )
    await take(0, one, other, merge)
    isRefusing = true
    await take(0, again)
    expect(store.letters()).toEqual([])
    expect(businessDifferences(ending(calm), ending(store))).toEqual([])
  })
})

/** The store waits once before it loads and once before it flushes. */
const BEFORE_FLUSH = 2
