import { describe, expect, it } from 'vitest'
import { caseStates } from '../../../../src/care-plan/case/case.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { consentOf, inDueForm, managerOf } from '../../../support/case-stories.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  stay,
  written,
  type World,
} from '../../../support/case-world.ts'

const STATE = `${CM}/StructureDefinition/state`
const stays = [stay('e1', [admission('2026-10-05T18:30:00')])]
const facts = { staysOf: () => stays, actor: 'Practitioner/supervisor', at: '2026-10-06T15:00:00.000Z' }

const episodeOf = (world: World): Resource => only(world, 'EpisodeOfCare')
const withStatus = (world: World, status: string): Resource => ({ ...episodeOf(world), status })
const inState = (world: World, state: string): Resource => ({
  ...episodeOf(world),
  extension: [
    ...(episodeOf(world)['extension'] as { readonly url: string }[]).filter(({ url }) => url !== STATE),
    { url: STATE, valueCode: state },
  ],
})
/** With all that any command has to show, so that the state alone refuses. */
const shown = (episode: Resource): Resource => ({
  ...inDueForm(episode),
  extension: [
    ...(inDueForm(episode)['extension'] as object[]),
    { url: `${CM}/StructureDefinition/state-reason`, valueString: 'So it is.' },
    { url: `${CM}/StructureDefinition/transferred-to`, valueString: 'Organization/irf' },
    {
      url: `${CM}/StructureDefinition/hold`,
      extension: [
        { url: 'reason', valueString: 'Abroad.' },
        { url: 'reviewBy', valueDate: '2026-10-20' },
      ],
    },
  ],
})

const start = after(emptyWorld, stays)
const unconsented = written(start, [managerOf(start, 'Practitioner/noor')])
const identified = written(unconsented, [consentOf(start, { dateTime: '2026-10-06T09:00:00-04:00' })])
const moved = (world: World, state: string): World => written(world, [inState(world, state)])
const screened = moved(identified, 'screened')
const active = moved(moved(screened, 'open'), 'active')
const closing = written(active, [inDueForm(inState(active, 'closing'))])
const worlds: Readonly<Record<string, World>> = {
  identified,
  screened,
  outreach: moved(screened, 'outreach'),
  'on a waiting list': written(screened, [withStatus(screened, 'waitlist')]),
  open: moved(screened, 'open'),
  active,
  paused: written(active, [shown(withStatus(active, 'onhold'))]),
  closing,
  closed: written(closing, [withStatus(closing, 'finished')], facts),
  declined: written(screened, [shown(inState(screened, 'declined'))]),
}

const statuses = ['planned', 'waitlist', 'active', 'onhold', 'finished', 'cancelled', 'entered-in-error']

const outcomeOf = (world: World, episode: Resource) => {
  const lawful = lawOf(world, [shown(episode)], facts)
  return lawful.ok ? { code: 'ok', legal: undefined } : lawful.failure
}

describe.each(Object.entries(worlds))('a FHIR write of a case that is %s', (_name, world) => {
  it.each([
    ['status', statuses, withStatus],
    ['state', caseStates, inState],
  ] as const)('is refused by the %s exactly where the legal list lacks it', (what, all, asked) => {
    const now = episodeOf(world)
    const stated = (now['extension'] as { url: string; valueCode?: string }[]).find(
      ({ url }) => url === STATE,
    )
    const others = all.filter(one => one !== (what === 'status' ? now['status'] : stated?.valueCode))
    const outcomes = others.map(one => ({ one, ...outcomeOf(world, asked(world, one)) }))
    const refused = outcomes.filter(({ code }) => code === 'illegal-transition')
    expect(refused.length).toBeGreaterThan(0)
    for (const { legal } of refused) expect(legal).toEqual(refused[0]?.legal)
    const [{ legal = [] } = {}] = refused
    expect(outcomes.filter(({ one }) => !legal.includes(one)).every(({ code }) => code !== 'ok')).toBe(true)
    for (const { one, code } of outcomes)
      if (legal.includes(one))
        expect([one, code]).not.toEqual([one, expect.stringMatching(/illegal|condition/)])
  })
})
