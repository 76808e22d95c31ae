import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../../src/lib/json.ts'
import type { Plan } from '../../../../src/care-plan/nouns/plan.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { taskDue } from '../../../../src/mappers/case/effects/task-due.ts'
import { act, contact, opened, root, withModels } from '../../../support/case-acts.ts'
import {
  admission,
  after,
  CM,
  discharge,
  effectsOf,
  emptyWorld,
  ofType,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'

/**
 * Whatever the order in which messages come and people record what they did, the same facts end in the same Tasks.
 */
const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 3_000 : 60

interface State {
  readonly world: World
  readonly told: ReadonlySet<string>
}

/** One thing that becomes known. */
type Step =
  | { readonly kind: 'told'; readonly what: string }
  | { readonly kind: 'did'; readonly name: string; readonly act: (world: World) => World }
  | { readonly kind: 'timer'; readonly at: string }

const first = admission('2026-10-10T18:30:00')
const toFacility = discharge('2026-10-21T11:00:00', '62')
const again = admission('2026-10-21T14:00:00')
const home = discharge('2026-11-10T11:00:00', '01', { at: '2026-11-10T11:00:00-05:00' })
const back = admission('2026-11-20T09:00:00', { at: '2026-11-20T09:00:00-05:00' })

function staysOf(told: ReadonlySet<string>): readonly Stay[] {
  const cancelled = told.has('cancel') ? { cancelledAt: '2026-11-10T20:00:00-05:00' } : {}
  return [
    stay('e1', [first, ...(told.has('to-facility') ? [toFacility] : [])]),
    ...(told.has('again') || told.has('home')
      ? [
          stay('e2', [
            ...(told.has('again') ? [again] : []),
            ...(told.has('home') ? [{ ...home, ...cancelled }] : []),
          ]),
        ]
      : []),
    ...(told.has('back') ? [stay('e3', [back])] : []),
  ]
}

const told = (what: string): Step => ({ kind: 'told', what })
const did = (name: string, doing: (world: World) => World): Step => ({ kind: 'did', name, act: doing })
const call = (id: string, at: string): Step => did(id, world => contact(world, id, at))

const plan: Partial<Plan> & { readonly id: string } = {
  ...{ id: 'p1', state: 'active', major: 1, minor: 0, start: '2026-10-15T09:00:00-04:00' },
  ...{ goals: [], activities: [], needs: [], strengths: [], agreements: [] },
}

const steps: readonly Step[] = [
  told('to-facility'),
  told('again'),
  told('home'),
  call('k1', '2026-10-14T10:00:00-04:00'),
  call('k2', '2026-10-20T10:00:00-04:00'),
  call('k3', '2026-11-11T10:00:00-05:00'),
  did('plan', world => act(world, 'plan', plan)),
  did('visit', world =>
    act(world, 'appointment', {
      ...{ id: 'v1', state: 'fulfilled', purpose: 'med-rec', start: '2026-11-17T10:00:00-05:00' },
    }),
  ),
  did('noshow', world =>
    act(world, 'appointment', {
      ...{ id: 'v2', state: 'noshow', purpose: 'service', start: '2026-11-13T10:00:00-05:00' },
    }),
  ),
  did('flag', world =>
    act(world, 'flag', { id: 'f1', state: 'open', code: 'dizziness', at: '2026-11-13T10:00:00-05:00' }),
  ),
  did('switch', world =>
    root(world, {
      models: [
        { model: 'clinical', version: '1.0.0', since: '2026-10-13T09:00:00-04:00' },
        { model: 'intensive', version: '1.0.0', since: '2026-11-12T09:00:00-05:00' },
      ],
    }),
  ),
  { kind: 'timer', at: '2026-10-31T00:00:00Z' },
]

const maybe: readonly Step[] = [told('cancel'), told('back')]

function taken({ world, told: known }: State, step: Step): State {
  if (step.kind === 'timer') return { world: fired(world, step.at), told: known }
  const now = step.kind === 'told' ? new Set([...known, step.what]) : known
  const acted = step.kind === 'did' ? step.act(world) : world
  return { world: after(acted, staysOf(now), withModels), told: now }
}

/** Every Task whose time has passed, as the timers would have it. */
function fired(world: World, at: string): World {
  const marked = ofType(world, 'Task').flatMap(
    task => taskDue(task, { at, canonicalBase: CM, tasks: ofType(world, 'Task') }) ?? [],
  )
  return { compartment: put(world.compartment, marked) }
}

const beginning: State = {
  world: opened(after(emptyWorld, staysOf(new Set()), withModels), '2026-10-13T09:00:00-04:00'),
  told: new Set(),
}

/** As adt.md 3.2.5 compares: without times of change, sources, what was taken back, and the order of rows of a plan. */
const finalState = (world: World): readonly string[] =>
  world.compartment
    .filter(({ status }) => status !== 'cancelled' && status !== 'entered-in-error')
    .map(({ lastModified: _modified, meta, ...rest }) =>
      canonicalJson({ ...rest, tag: meta?.tag, activity: rowsOf(rest['activity']) }),
    )
    .toSorted()

const rowsOf = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.map(row => canonicalJson(row)).toSorted() : []

const ending = (order: readonly Step[]): State => {
  const last = order.reduce(taken, beginning)
  return { ...last, world: fired(last.world, '2026-12-31T00:00:00Z') }
}

describe('messages, acts of people and timers', () => {
  it('end in the same Tasks in any order', () => {
    const some = fc.subarray([...steps, ...maybe], { minLength: 4 })
    const orders = some.chain(list =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    )
    fc.assert(
      fc.property(orders, ([plain, shuffled]) => {
        expect(finalState(ending(shuffled).world)).toEqual(finalState(ending(plain).world))
      }),
      { numRuns },
    )
  })

  it('are settled: deriving again changes nothing', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...steps, ...maybe], { minLength: 4 }), order => {
        const { world, told: known } = ending(order)
        expect(effectsOf(world, staysOf(known), withModels).resources).toEqual([])
      }),
      { numRuns },
    )
  })
})
