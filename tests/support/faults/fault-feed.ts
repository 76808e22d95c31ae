import { feed, randomOf, type FeedMessage } from '../adt-workload.ts'

export interface FaultFeed {
  readonly patients: number
  /** Messages about stays; merges and their undoing come on top. */
  readonly messages: number
  readonly seed: number
  readonly prefix: string
}

/** Years to come, so that nothing falls due while a test runs. */
const YEAR = 2040

/**
 * What a hospital tells while things go wrong: stays of many patients, and between them merges (A40) of every third pair of
 * patients, of which every second is taken back (A37). The same seed gives the same feed.
 */
export function faultFeed({ patients, messages, seed, prefix }: FaultFeed): readonly FeedMessage[] {
  const random = randomOf(seed)
  const told = [...feed({ patients, messages, seed, prefix, year: YEAR })]
  for (let loser = 1; loser < patients; loser += 3) {
    const pair = { prefix, survivor: loser - 1, loser }
    const middle = told.length * (0.3 + random() * 0.4)
    told.splice(middle, 0, identityMessage({ ...pair, event: 'A40', hours: 60 }))
    if (loser % 2 === 0)
      told.splice(middle + random() * 20, 0, identityMessage({ ...pair, event: 'A37', hours: 80 }))
  }
  return told
}

interface Pair {
  readonly prefix: string
  readonly survivor: number
  readonly loser: number
  readonly event: 'A40' | 'A37'
  /** After the stays of the survivor began. */
  readonly hours: number
}

function identityMessage({ prefix, survivor, loser, event, hours }: Pair): FeedMessage {
  const began = Date.UTC(YEAR, 0, 1 + (survivor % 200), 8)
  const at = new Date(began + hours * 3_600_000).toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)
  const [kept, gone] = [survivor, loser].map(patient => `${prefix}P${patient}^^^VALLEY^MR`)
  const controlId = `${prefix}${event}N${loser}`
  const text = [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${at}||ADT^${event}|${controlId}|P|2.5.1`,
    `EVN|${event}|${at}|||USER1|${at}`,
    `PID|1||${kept}`,
    event === 'A40' ? `MRG|${gone}` : `PID|2||${gone}`,
    '',
  ].join('\r')
  return { key: `${prefix}P${survivor}`, controlId, event, text }
}

/** The same messages in another order, a fifth of them twice. */
export function disordered(messages: readonly FeedMessage[], seed: number): readonly FeedMessage[] {
  const random = randomOf(seed)
  return [...messages, ...messages.filter(() => random() < 0.2)]
    .map(message => ({ message, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ message }) => message)
}
