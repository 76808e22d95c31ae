import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { careTriggers } from '../../../../src/care-plan/triggers/care-triggers.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import type { Contact, RedFlag } from '../../../../src/care-plan/nouns/contact.ts'
import { fileOf, openFile } from '../../../support/case-file.ts'
import { admission, discharge, stay } from '../../../support/case-world.ts'
import { aPlan, anActivity } from '../../../support/plan-file.ts'
import { triggerScene, type Scene } from '../../../support/trigger-scene.ts'

const OPENED = '2026-10-13T09:00:00-04:00'
const on = (day: number, time = '10:00:00') => `2026-10-${String(day).padStart(2, '0')}T${time}-04:00`
const msOf = (at: string) => Date.parse(at)
const clinical = { model: 'clinical', version: '1.0.0', since: OPENED }
const reassessing = {
  model: shippedModels.find(({ reassessDays }) => reassessDays !== undefined)?.id ?? '',
  since: OPENED,
}
const contact = (id: string, at: string): Contact => ({
  ...{ id, state: 'made', kind: 'phone', at, outcome: 'reached', topics: [], redFlags: [] },
})

/** Triggers of one kind. */
const called = (kind: string, file: CaseFile | undefined, more: Scene = {}) =>
  careTriggers(triggerScene({ ...(file && { file }), ...more })).filter(one => one.kind === kind)
const told = (kind: string, file: CaseFile, more: Scene = {}) =>
  called(kind, file, more).map(({ id, at }) => [id, at])
const inModel = (root: Partial<CaseRoot> = {}, lists: Partial<CaseFile> = {}) =>
  openFile({ models: [clinical], ...root }, lists)

describe('what people do in a case', () => {
  it('calls for nothing in a case without a file, one that was withdrawn, and one that nobody touched', () => {
    expect(careTriggers(triggerScene({}))).toEqual([])
    expect(careTriggers(triggerScene({ file: inModel(), course: { standing: 'withdrawn' } }))).toEqual([])
    expect(careTriggers(triggerScene({ file: fileOf() }))).toEqual([])
  })

  it('says whose case it is, how risky, when it happened and that it was known then', () => {
    expect(called('eligible', fileOf({ eligibleAt: on(12) }), { course: { isHighRisk: true } })).toEqual([
      {
        ...{ kind: 'eligible', id: 'eligible', caseId: 'c1', isHighRisk: true },
        ...{ at: on(12), atMs: msOf(on(12)), recorded: on(12), recordedMs: msOf(on(12)) },
      },
    ])
    expect(called('eligible', fileOf({ eligibleAt: '2026-10-12' }))[0]).toMatchObject({
      at: '2026-10-12T00:00:00-04:00',
    })
    expect(called('eligible', fileOf({ eligibleAt: 'some day' }))).toEqual([])
  })

  it('and is worked on after its end calls for nothing that is not yet done, but for the closure', () => {
    const file = openFile({ closure: { proposedAt: on(14) } }, { flags: [] })
    const endMs = msOf(on(20))
    const [engagement] = called('engagement', file, { course: { endMs } })
    expect(engagement?.overtaken).toEqual({ reason: 'case ended', recorded: on(20), atMs: endMs })
    expect(called('closure-proposed', file, { course: { endMs } })[0]).not.toHaveProperty('overtaken')
    expect(called('engagement', file)[0]).not.toHaveProperty('overtaken')
    expect(called('engagement', file, { course: { endMs, isDeceased: true } })[0]).not.toHaveProperty(
      'overtaken',
    )
  })

  it('calls for no care after a death, and for what it called for until then', () => {
    const flagOn = (at: string) =>
      called('red-flag', inModel({}, { flags: [{ id: 'f1', state: 'open', at } as RedFlag] }), {
        course: { isDeceased: true, endMs: msOf(on(20)) },
      }).length
    expect([flagOn(on(20)), flagOn(on(21))]).toEqual([1, 0])
    const file = inModel({}, { flags: [{ id: 'f1', state: 'open', at: on(21) } as RedFlag] })
    expect(called('red-flag', file, { course: { endMs: msOf(on(20)) } })).toHaveLength(1)
    expect(called('red-flag', file, { course: { isDeceased: true } })).toHaveLength(1)
  })
})

describe('opening a case', () => {
  it('calls for the duties of its first model', () => {
    const [one] = called('engagement', inModel())
    expect(one).toMatchObject({ id: 'opened', at: OPENED, model: { id: 'clinical' }, isInpatient: false })
    expect(one).not.toHaveProperty('overtaken')
    expect(called('engagement', openFile())[0]).not.toHaveProperty('model')
  })

  it('knows whether the patient is in hospital then', () => {
    const isInpatient = (...movements: readonly Parameters<typeof stay>[1][number][]) =>
      called('engagement', inModel(), { stays: [stay('e1', movements)] })[0]?.isInpatient
    expect(isInpatient(admission('2026-10-13T09:00:00'))).toBe(true)
    expect(isInpatient(admission('2026-10-13T09:00:01'))).toBe(false)
    expect(isInpatient(admission('2026-10-12T09:00:00'), discharge('2026-10-13T09:00:00', '01'))).toBe(false)
    expect(isInpatient(admission('2026-10-12T09:00:00'), discharge('2026-10-13T09:00:01', '01'))).toBe(true)
    const two = [
      stay('e1', [admission('2026-10-10T09:00:00'), discharge('2026-10-11T09:00:00', '01')]),
      stay('e2', [admission('2026-10-12T09:00:00')]),
    ]
    expect(called('engagement', inModel(), { stays: two })[0]?.isInpatient).toBe(true)
  })

  it('asks for nothing more of a model once another took its place', () => {
    const models = [clinical, { model: 'intensive', since: on(20) }]
    expect(called('engagement', openFile({ models }))[0]?.overtaken).toEqual({
      reason: 'model switched',
      recorded: on(20),
      atMs: msOf(on(20)),
    })
  })

  it.each<[string, number, string]>([
    ['before', 19, 'case ended'],
    ['with', 20, 'model switched'],
    ['after', 21, 'model switched'],
  ])('%s the change of model the case ended: what came first counts', (_, day, reason) => {
    const models = [clinical, { model: 'intensive', since: on(20) }]
    const course = { endMs: msOf(on(day)) }
    expect(called('engagement', openFile({ models }), { course })[0]?.overtaken?.reason).toBe(reason)
  })
})

describe('a switch of model', () => {
  const models = [clinical, { model: 'intensive', since: on(20) }, { model: 'brokerage', since: on(25) }]

  it('calls for the duties of the new one, until the next', () => {
    const switches = called('model-switched', openFile({ models }))
    expect(switches.map(({ id, at, model }) => [id, at, model?.id])).toEqual([
      [`model:${on(20)}`, on(20), 'intensive'],
      [`model:${on(25)}`, on(25), 'brokerage'],
    ])
    expect(switches.map(({ overtaken }) => overtaken?.atMs)).toEqual([msOf(on(25)), undefined])
    expect(called('model-switched', inModel())).toEqual([])
  })
})

describe('the cadence of contacts', () => {
  it('begins with the first contact after the opening', () => {
    const file = inModel({}, { contacts: [contact('k0', on(12)), contact('k1', on(14))] })
    expect(told('contact-cadence', file)).toEqual([[`model:${OPENED}`, on(14)]])
    expect(told('contact-cadence', inModel({}, { contacts: [contact('k0', OPENED)] }))).toHaveLength(1)
    expect(told('contact-cadence', inModel({}, { contacts: [contact('k0', on(12))] }))).toEqual([])
  })

  it('or with the first contact that people finished by hand', () => {
    const asked: unknown[] = []
    const settled: Scene['settled'] = duty => {
      asked.push(duty)
      return duty.rule === 'first-contact' ? { at: on(15), atMs: msOf(on(15)) } : undefined
    }
    expect(told('contact-cadence', inModel(), { settled })).toEqual([[`model:${OPENED}`, on(15)]])
    expect(asked[0]).toEqual({ caseId: 'c1', rule: 'first-contact', trigger: 'opened', n: 0 })
  })

  it('counts the days that the phase of the model asks for, contact by contact', () => {
    const phased = shippedModels.find(({ cadence }) => cadence[0]?.times !== undefined)
    const [first, second] = phased?.cadence ?? []
    const times = first?.times ?? 0
    expect(times).toBeGreaterThan(0)
    const contacts = Array.from({ length: times + 2 }, (_, i) =>
      contact(`k${i}`, new Date(msOf(on(14)) + i * 86_400_000).toISOString()),
    )
    const models = [{ model: phased?.id ?? '', version: phased?.version ?? '', since: OPENED }]
    const days = called('contact-cadence', openFile({ models }, { contacts })).map(
      ({ everyDays }) => everyDays,
    )
    expect(days).toEqual([
      ...Array.from({ length: times }, () => first?.everyDays),
      second?.everyDays,
      second?.everyDays,
    ])
  })

  it('goes on for ever in the last phase, and monthly when a model says nothing', () => {
    const [model] = shippedModels
    const everyDays = (cadence: NonNullable<typeof model>['cadence']) =>
      called(
        'contact-cadence',
        openFile(
          { models: [{ model: 'own', since: OPENED }] },
          { contacts: [1, 2, 3].map(i => contact(`k${i}`, on(13 + i))) },
        ),
        { models: () => model && { ...model, cadence } },
      ).map(one => one.everyDays)
    expect(
      everyDays([
        { everyDays: 3, times: 1 },
        { everyDays: 9, times: 1 },
      ]),
    ).toEqual([3, 9, 9])
    expect(everyDays([])).toEqual([30, 30, 30])
  })

  it('begins anew with each model, and ends with it', () => {
    const models = [clinical, { model: 'intensive', since: on(20) }]
    const contacts = [contact('k1', on(14)), contact('k2', on(20)), contact('k3', on(22))]
    const steps = called('contact-cadence', openFile({ models }, { contacts }))
    expect(steps.map(({ id, at, n, model }) => [id, at, n, model?.id])).toEqual([
      [`model:${OPENED}`, on(14), 0, 'clinical'],
      [`model:${on(20)}`, on(20), 0, 'intensive'],
      [`model:${on(20)}`, on(22), 1, 'intensive'],
    ])
    expect(steps[0]?.overtaken?.reason).toBe('model switched')
  })

  it.each([20, 21])('of a model begins not at all when nobody was reached before the next (%i)', day => {
    const models = [clinical, { model: 'intensive', since: on(20) }]
    const steps = told('contact-cadence', openFile({ models }, { contacts: [contact('k1', on(day))] }))
    expect(steps.map(([id]) => id)).not.toContain(`model:${OPENED}`)
  })

  it('rests while the case is on hold', () => {
    const file = inModel({ state: 'on-hold', since: on(18) }, { contacts: [contact('k1', on(14))] })
    expect(called('contact-cadence', file)[0]?.overtaken?.reason).toBe('case on hold')
  })
})

describe('the reviews of a plan', () => {
  const active = (more = {}) => aPlan({ state: 'active', created: on(13), start: on(14), ...more })

  it('are counted from its activation and from each revision of it', () => {
    const plans = [
      active({ revisions: [on(20)] }),
      aPlan({ id: 'pl0', created: on(13), revisions: [on(22)] }),
    ]
    const steps = called('plan-cycle', inModel({}, { plans }))
    expect(steps.map(({ id, at, n }) => [id, at, n])).toEqual([
      ['plan:pl1', on(14), 0],
      ['plan:pl1', on(20), 1],
    ])
    expect(steps[0]).toMatchObject({ model: { id: 'clinical' } })
    expect(steps[0]?.everyDays).toBe(shippedModels.find(({ id }) => id === 'clinical')?.reviewDays)
    expect(steps[0]).not.toHaveProperty('overtaken')
  })

  it('end when another plan takes its place', () => {
    const plans = [active(), active({ id: 'pl2', start: on(20) })]
    const steps = called('plan-cycle', inModel({}, { plans }))
    expect(steps.map(({ id, overtaken }) => [id, overtaken])).toEqual([
      ['plan:pl1', { reason: 'plan replaced', recorded: on(20), atMs: msOf(on(20)) }],
      ['plan:pl2', undefined],
    ])
  })

  it.each(['superseded', 'completed', 'revoked'] as const)('end with the plan when it is %s', state => {
    const ended = (more: object) => called('plan-cycle', inModel({}, { plans: [active({ state, ...more })] }))
    expect(ended({ end: on(20), revisions: [on(16), on(21)] }).map(({ at }) => at)).toEqual([on(14), on(16)])
    expect(ended({ end: on(20) })[0]?.overtaken).toEqual({
      ...{ reason: 'plan replaced', recorded: on(20), atMs: msOf(on(20)) },
    })
    expect(ended({})[0]).not.toHaveProperty('overtaken')
    const course = { endMs: msOf(on(21)) }
    const file = inModel({}, { plans: [active({ state })] })
    expect(called('plan-cycle', file, { course })[0]?.overtaken).toMatchObject({
      reason: 'plan replaced',
      atMs: msOf(on(21)),
    })
  })

  it('are those of the model of their time, of the first one before that, and none without a model', () => {
    const models = [
      { model: 'clinical', since: on(16) },
      { model: 'intensive', since: on(20) },
    ]
    const plans = [active({ revisions: [on(17), on(21)] })]
    const steps = called('plan-cycle', openFile({ models }, { plans }))
    expect(steps.map(({ model }) => model?.id)).toEqual(['clinical', 'clinical', 'intensive'])
    expect(called('plan-cycle', openFile({}, { plans }))).toEqual([])
  })

  it('rest while the case is on hold', () => {
    const file = inModel({ state: 'on-hold', since: on(18) }, { plans: [active()] })
    expect(called('plan-cycle', file)[0]?.overtaken?.reason).toBe('case on hold')
  })
})

describe('the next assessment', () => {
  const assessment = (end: string) => ({
    ...{ id: 'as1', state: 'concluded' as const, end, requiredDomains: [] },
    ...{ conclusions: [], answers: [], scores: [] },
  })
  const models = (reassessDays: number | undefined): Scene => {
    const lookup = modelLookup(shippedModels)
    return {
      models: (id, version) => {
        const model = lookup(id, version)
        if (!model) return undefined
        const { reassessDays: _, ...rest } = model
        return reassessDays === undefined ? rest : { ...rest, reassessDays }
      },
    }
  }

  it('is counted from each one that was concluded, by the days of the model then', () => {
    const file = inModel({}, { assessments: [assessment(on(15))] })
    expect(called('assessed', file, models(365))).toMatchObject([
      { id: 'assessed:ClinicalImpression/as1', at: on(15), everyDays: 365, model: { id: 'clinical' } },
    ])
    expect(called('assessed', file, models(undefined))).toEqual([])
  })

  it('of one concluded before the first model counts by that, and without a model there is none', () => {
    const early = { assessments: [assessment(on(12))] }
    expect(called('assessed', inModel({}, early), models(90))[0]?.everyDays).toBe(90)
    expect(called('assessed', openFile({}, early), models(90))).toEqual([])
  })
})

describe('a missed service, a red flag, a hold, a closure', () => {
  const missed = (...days: readonly number[]) =>
    anActivity({ performances: days.map(day => ({ at: on(day), kept: false })) })
  const limit = shippedModels.find(({ id }) => id === 'clinical')?.missedService.adaptAfterMisses ?? 0

  it('calls for contact, and for another plan when misses add up', () => {
    expect(limit).toBe(2)
    const file = inModel({}, { activities: [missed(15, 16)] })
    expect(told('service-missed', file)).toEqual([
      ['miss:a1:2026-10-15', on(15)],
      ['miss:a1:2026-10-16', on(16)],
    ])
    expect(called('services-missed', file)).toMatchObject([
      { id: 'again:miss:a1:2026-10-16', at: on(16), model: { id: 'clinical' } },
    ])
    expect(called('services-missed', openFile({}, { activities: [missed(15, 16)] }))).toEqual([])
  })

  it('a flag is named, with the model of its time, unless it was an error', () => {
    const flags = [
      { id: 'f1', state: 'open', at: on(15) },
      { id: 'f2', state: 'resolved', at: on(16) },
      { id: 'f3', state: 'entered-in-error', at: on(17) },
    ] as RedFlag[]
    expect(told('red-flag', inModel({}, { flags }))).toEqual([
      ['flag:f1', on(15)],
      ['flag:f2', on(16)],
    ])
    expect(called('red-flag', inModel({}, { flags }))[0]?.model?.id).toBe('clinical')
    expect(called('red-flag', openFile({}, { flags }))[0]).not.toHaveProperty('model')
  })

  it('a hold is reviewed on its day, counted from when it began', () => {
    const held = (root: Partial<CaseRoot>) =>
      called('held', openFile({ state: 'on-hold', hold: { reason: 'x', reviewBy: on(30) }, ...root }))
    expect(held({ since: on(18) })).toMatchObject([{ id: `hold:${on(30)}`, at: on(18), dueOn: '2026-10-30' }])
    expect(held({ since: on(18), state: 'open' })).toEqual([])
    expect(held({ hold: { reason: 'x' } })).toEqual([])
  })

  it('a hold since nobody knows when is counted from the opening, else from the start of the case', () => {
    const {
      since: _,
      openedAt,
      ...root
    } = openFile({
      state: 'on-hold',
      hold: { reason: 'x', reviewBy: '2026-10-30' },
    }).case
    const at = (one: CaseRoot) => called('held', { ...openFile(), case: one })[0]?.at
    expect(at({ ...root, ...(openedAt !== undefined && { openedAt }) })).toBe(OPENED)
    expect(at(root)).toBe('2026-10-10T09:00:00-04:00')
  })

  it('a closure that is proposed is named by its time', () => {
    expect(told('closure-proposed', openFile({ closure: { proposedAt: on(15) } }))).toEqual([
      [`closure:${on(15)}`, on(15)],
    ])
    expect(told('closure-proposed', openFile({ closure: {} }))).toEqual([])
  })

  it.each<[string, Partial<CaseFile>, Partial<CaseRoot>]>([
    ['a flag', { flags: [{ id: 'f1', state: 'open', at: on(15) } as RedFlag] }, {}],
    ['a missed session', { activities: [missed(15)] }, {}],
    [
      'a missed appointment',
      { appointments: [{ id: 'v1', state: 'noshow', purpose: 'service', start: on(15) }] },
      {},
    ],
    ['a hold', {}, { state: 'on-hold', hold: { reason: 'x', reviewBy: on(30) }, since: on(14) }],
    ['a closure', {}, { closure: { proposedAt: on(15) } }],
    ['the finding that it is eligible', {}, { eligibleAt: on(12) }],
  ])('counts in a case that nobody opened: %s', (_, lists, root) => {
    expect(careTriggers(triggerScene({ file: fileOf(root, lists) }))).toHaveLength(1)
  })

  it.each<[string, Partial<CaseFile>]>([
    ['plan', { plans: [aPlan({ state: 'active', start: on(14) })] }],
    [
      'assessment',
      {
        assessments: [
          {
            ...{ id: 'as1', state: 'concluded', end: on(15), requiredDomains: [] },
            ...{ conclusions: [], answers: [], scores: [] },
          },
        ],
      },
    ],
  ])('counts in a case that nobody opened: the %s under a model', (_, lists) => {
    expect(
      careTriggers(triggerScene({ file: fileOf({ models: [reassessing] }, lists) })).length,
    ).toBeGreaterThan(0)
  })
})
