import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../../src/lib/json.ts'
import type { Stay, StayMovement } from '../../../../src/care-plan/stays/stay.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { asDone } from '../../../support/case-stories.ts'
import {
  admission,
  after,
  arrival,
  codeOf,
  discharge,
  effectsOf,
  emptyWorld,
  movement,
  ofType,
  stay,
  written,
  type World,
} from '../../../support/case-world.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'
const numRuns = isLong ? 5_000 : 100

/** A message: it tells a movement of a visit, or takes one back. */
type Message =
  | { readonly visit: string; readonly tells: StayMovement }
  | { readonly visit: string; readonly cancels: string; readonly at: string }

const tells = (visit: string, told: StayMovement): Message => ({
  visit,
  tells: { ...told, id: `${visit}-${told.id}` },
})

/** The stays as the ledger computes them from the messages seen so far. */
function staysOf(messages: readonly Message[]): readonly Stay[] {
  const visits = [...new Set(messages.map(({ visit }) => visit))].toSorted()
  return visits.flatMap(visit => {
    const about = messages.filter(message => message.visit === visit)
    const movements = about
      .flatMap(message => ('tells' in message ? [message.tells] : []))
      .map(told => {
        const cancel = about.find(message => 'cancels' in message && message.cancels === told.id)
        return cancel && 'at' in cancel ? { ...told, cancelledAt: cancel.at } : told
      })
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    return movements.length === 0 ? [] : [stay(visit, movements)]
  })
}

/** Everything that adt.md 3.2.5 compares: without times of change, sources, and what was taken back untouched. */
function finalState(world: World): readonly string[] {
  const dead = new Set(
    ofType(world, 'EpisodeOfCare')
      .filter(({ status }) => status === 'entered-in-error')
      .map(({ id }) => `EpisodeOfCare/${id ?? ''}`),
  )
  const isGone = (resource: Resource): boolean =>
    resource['status'] === 'cancelled' ||
    dead.has(`EpisodeOfCare/${resource.id ?? ''}`) ||
    [...dead].some(reference => JSON.stringify(resource['extension'] ?? '').includes(reference)) ||
    (isWithdrawnToo.has(resource.resourceType) && resource['status'] === 'entered-in-error')
  return world.compartment
    .filter(resource => !isGone(resource))
    .map(({ lastModified: _modified, meta, ...rest }) => canonicalJson({ ...rest, tag: meta?.tag }))
    .toSorted()
}

/** Of several visits one may move the cases of another, so that flags and plans come and go like tasks. */
const isWithdrawnToo = new Set(['Flag', 'CarePlan'])

const delivered = (messages: readonly Message[]): World =>
  messages.reduce<World>((world, _message, i) => after(world, staysOf(messages.slice(0, i + 1))), emptyWorld)

/** What every order of delivery ends in; orders that begin alike share their beginning. */
function endings(told: readonly Message[], left: readonly Message[], world: World): readonly string[] {
  if (left.length === 0) return [canonicalJson(finalState(world))]
  return left.flatMap((message, i) => {
    const next = [...told, message]
    return endings(next, [...left.slice(0, i), ...left.slice(i + 1)], after(world, staysOf(next)))
  })
}

const wholeVisit: readonly Message[] = [
  tells('v', arrival('2026-10-01T08:00:00')),
  tells('v', admission('2026-10-01T12:00:00')),
  tells('v', movement('transfer', '2026-10-03T09:00:00')),
  tells('v', discharge('2026-10-05T15:00:00', '01')),
  { visit: 'v', cancels: 'v-discharge-2026-10-05T15:00:00', at: '2026-10-05T17:00:00-04:00' },
  tells('v', discharge('2026-10-07T10:00:00', '06')),
]

describe('the messages of one visit', () => {
  it('end in one and the same state in every order', () => {
    expect(new Set(endings([], wholeVisit, emptyWorld)).size).toBe(1)
    const [, ...tasks] = ofType(delivered(wholeVisit), 'Task')
      .filter(task => task['status'] === 'requested')
      .map(codeOf)
    expect(tasks).toContain('contact')
  })

  it('with the admission taken back at last end in nothing that is still to be done, in every order', () => {
    const withCancel: readonly Message[] = [
      ...wholeVisit.slice(1, 2),
      ...wholeVisit.slice(3, 5),
      { visit: 'v', cancels: 'v-admission-2026-10-01T12:00:00', at: '2026-10-08T09:00:00-04:00' },
    ]
    expect([...new Set(endings([], withCancel, emptyWorld))]).toEqual(['[]'])
  })
})

const day = fc.integer({ min: 1, max: 27 })
const at = (n: number, hour: number): string =>
  `2026-10-${String(n).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00`
const visit = fc
  .record({
    from: day,
    nights: fc.integer({ min: 0, max: 3 }),
    disposition: fc.constantFrom(undefined, '01', '02', '06', '07', '20', '62', '30'),
    isEmergency: fc.boolean(),
    cancels: fc.constantFrom('none', 'admission', 'discharge'),
  })
  .map(one => one)

const visits = fc.array(visit, { minLength: 1, maxLength: 3 }).map(list =>
  list.flatMap((one, i): readonly Message[] => {
    const name = `v${i}`
    const [start, end] = [at(one.from, i + 1), at(one.from + one.nights, 12 + i)]
    const told = [
      ...(one.isEmergency ? [tells(name, arrival(at(one.from, 0)))] : []),
      tells(name, admission(start)),
      tells(name, discharge(end, one.disposition)),
    ]
    const cancelled = { none: undefined, admission: `admission-${start}`, discharge: `discharge-${end}` }[
      one.cancels
    ]
    return cancelled === undefined
      ? told
      : [...told, { visit: name, cancels: `${name}-${cancelled}`, at: `${at(28, i)}-04:00` }]
  }),
)
const shuffled = visits.chain(messages =>
  fc.tuple(
    fc.constant(messages),
    fc.shuffledSubarray([...messages], { minLength: messages.length, maxLength: messages.length }),
  ),
)

describe('the messages of several visits', () => {
  it('end in one and the same state in any order', () => {
    fc.assert(
      fc.property(shuffled, ([messages, order]) => {
        expect(finalState(delivered(order))).toEqual(finalState(delivered(messages)))
      }),
      { numRuns },
    )
  })

  it('change nothing when they are told again', () => {
    fc.assert(
      fc.property(shuffled, ([, order]) => {
        expect(effectsOf(delivered(order), staysOf(order)).resources).toEqual([])
      }),
      { numRuns },
    )
  })

  it('never undo what people did, whenever they did it', () => {
    fc.assert(
      fc.property(shuffled, fc.nat(), fc.nat(), ([, order], when, which) => {
        const cut = when % order.length
        const world = delivered(order.slice(0, cut))
        const open = ofType(world, 'Task').filter(task => task['status'] === 'requested')
        const chosen = open[which % Math.max(1, open.length)]
        if (!chosen) return
        const accepted = { ...chosen, status: 'accepted', owner: { reference: 'Practitioner/noor' } }
        const taken = written(world, [accepted])
        const begun = written(taken, [{ ...byId(taken, chosen.id), status: 'in-progress' }])
        const done = written(begun, [asDone(byId(begun, chosen.id))])
        const last = order
          .slice(cut)
          .reduce<World>((now, _m, i) => after(now, staysOf(order.slice(0, cut + i + 1))), done)
        expect(byId(last, chosen.id)).toEqual(byId(done, chosen.id))
        const cases = new Set(ofType(last, 'EpisodeOfCare').map(({ status }) => status))
        expect(cases.size).toBeGreaterThan(0)
        expect(effectsOf(last, staysOf(order)).resources).toEqual([])
      }),
      { numRuns },
    )
  })

  it('keep every status history contiguous, in order and open at its end', () => {
    fc.assert(
      fc.property(shuffled, ([, order]) => {
        for (const episode of ofType(delivered(order), 'EpisodeOfCare')) {
          const rows = (episode as unknown as { statusHistory: HistoryRow[] }).statusHistory
          expect(rows[0]?.period.start).toBe((episode['period'] as { start: string }).start)
          expect(rows.at(-1)).toMatchObject({ status: episode['status'] })
          expect(rows.at(-1)?.period.end).toBeUndefined()
          for (const [i, row] of rows.entries()) {
            if (i > 0) expect(row.period.start).toBe(rows[i - 1]?.period.end)
          }
        }
      }),
      { numRuns },
    )
  })
})

interface HistoryRow {
  readonly status: string
  readonly period: { readonly start: string; readonly end?: string }
}

function byId(world: World, id: string | undefined): Resource {
  const found = world.compartment.find(resource => resource.id === id)
  if (!found) throw new Error('is gone')
  return found
}
