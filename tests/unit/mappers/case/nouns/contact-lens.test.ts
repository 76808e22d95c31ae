import { describe, expect, it } from 'vitest'
import type { Contact } from '../../../../../src/care-plan/nouns/contact.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { readCaseFiles, writeCaseFile } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { afterwards, fileOf } from '../../../../support/case-file.ts'
import { after, arrival, admission, CM, discharge, emptyWorld, stay } from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const { names } = lenses
const contacts = lenses.of('contact')
const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const link = { episodeOfCare: [{ reference: 'EpisodeOfCare/c1' }] }
const encounter = (more: object): Resource => ({
  resourceType: 'Encounter',
  id: 'e1',
  status: 'finished',
  class: { system: actCode, code: 'VR' },
  ...more,
})
const nounOf = (resource: Resource): string | undefined => lenses.fitting(resource)?.noun

describe('which resources are contacts', () => {
  it.each(['VR', 'HH', 'AMB', 'FLD'])(
    'takes an Encounter of class %s that an app linked to the case',
    code => {
      expect(nounOf(encounter({ class: { system: actCode, code }, ...link }))).toBe('contact')
    },
  )

  it.each(['IMP', 'EMER', 'OBSENC', 'ACUTE'])('takes no Encounter of class %s', code => {
    expect(nounOf(encounter({ class: { system: actCode, code }, ...link }))).toBeUndefined()
  })

  it('takes no visit that a message told of, though it be ambulatory', () => {
    const visit = { class: { system: actCode, code: 'AMB' }, ...link }
    expect(nounOf(encounter({ ...visit, meta: { source: `${CM}/sid/message/a%7Cb/1#00` } }))).toBeUndefined()
  })

  it('takes no visit that was linked to the case by rule', () => {
    const derived = [{ url: names.derived, valueString: 'stay belongs to the case' }]
    const episodeOfCare = [{ reference: 'EpisodeOfCare/c1', extension: derived }]
    expect(nounOf(encounter({ class: { code: 'AMB' }, episodeOfCare }))).toBeUndefined()
  })

  it('takes no Encounter without a case, unless it says that it is a contact', () => {
    expect(nounOf(encounter({}))).toBeUndefined()
    const type = [{ coding: [{ system: names.codeSystem('contact-kind'), code: 'home' }] }]
    expect(nounOf(encounter({ class: { code: 'HH' }, type }))).toBe('contact')
  })

  it('takes a Communication that did not take place and says how it was tried, no other one', () => {
    const mode = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationMode'
    const tried: Resource = {
      resourceType: 'Communication',
      status: 'not-done',
      medium: [{ coding: [{ system: mode, code: 'PHONE' }] }],
    }
    expect(nounOf(tried)).toBe('contact')
    expect(nounOf({ ...tried, status: 'completed' })).toBeUndefined()
    expect(nounOf({ ...tried, medium: undefined })).toBeUndefined()
    expect(nounOf({ ...tried, category: [{ text: 'instruction' }] })).toBeUndefined()
  })
})

describe('a contact of an app that knows only R4', () => {
  it.each([
    ['VR', 'phone'],
    ['HH', 'home'],
    ['AMB', 'office'],
    ['FLD', 'accompanied'],
  ])('of class %s is one of kind %s', (code, kind) => {
    expect(contacts.read(encounter({ class: { code } })).kind).toBe(kind)
  })

  it('has the minutes of its period and is made when it is finished', () => {
    const period = { start: '2026-11-30T10:00:00-05:00', end: '2026-11-30T10:22:00-05:00' }
    expect(contacts.read(encounter({ period }))).toMatchObject({
      state: 'made',
      at: period.start,
      minutes: 22,
    })
  })

  it('is of the class that it was given last, though our own code says otherwise', () => {
    const type = [{ coding: [{ system: names.codeSystem('contact-kind'), code: 'video' }] }]
    expect(contacts.read(encounter({ type })).kind).toBe('video')
    expect(contacts.read(encounter({ type, class: { code: 'HH' } })).kind).toBe('home')
  })
})

describe('a contact that is written', () => {
  const state: Contact = {
    id: 'k1',
    state: 'made',
    kind: 'phone',
    at: '2026-11-30T10:00:00-05:00',
    minutes: 22,
    by: 'Practitioner/noor',
    outcome: 'reached',
    topics: ['medicines'],
    redFlags: ['new-symptom'],
  }
  const birth = { id: 'k1', caseId: 'c1', patient: 'p1' }

  it('is an Encounter that others understand: class, period, who made it, the case', () => {
    expect(contacts.write(contacts.blank(birth, state), state)).toMatchObject({
      resourceType: 'Encounter',
      status: 'finished',
      class: { system: actCode, code: 'VR' },
      subject: { reference: 'Patient/p1' },
      episodeOfCare: [{ reference: 'EpisodeOfCare/c1' }],
      period: { start: '2026-11-30T10:00:00-05:00', end: '2026-11-30T10:22:00-05:00' },
      participant: [{ individual: { reference: 'Practitioner/noor' } }],
      reasonCode: [{ coding: [{ system: names.codeSystem('check-in-topic'), code: 'medicines' }] }],
    })
  })

  it('moves its end along with its start', () => {
    const written = contacts.write(contacts.blank(birth, state), state)
    expect(contacts.write(written, { ...state, at: '2026-12-01T23:50:00-05:00' })['period']).toEqual({
      start: '2026-12-01T23:50:00-05:00',
      end: '2026-12-02T00:12:00-05:00',
    })
  })

  it('keeps its minutes where the period has no time to say them', () => {
    const { at: _at, ...rest } = state
    const written = contacts.write(contacts.blank(birth, state), { ...rest, at: '2026-12-01' })
    expect(written['period']).toEqual({ start: '2026-12-01' })
    expect(contacts.read(written).minutes).toBe(22)
  })

  it('is a Communication that was not done when nobody was reached, but stays the Encounter it was planned as', () => {
    const tried: Contact = { ...state, state: 'attempted', outcome: 'no-answer', reason: 'rang out' }
    expect(contacts.write(contacts.blank(birth, tried), tried)).toMatchObject({
      resourceType: 'Communication',
      status: 'not-done',
      sent: state.at,
      sender: { reference: 'Practitioner/noor' },
      statusReason: {
        coding: [{ system: names.codeSystem('contact-outcome'), code: 'no-answer' }],
        text: 'rang out',
      },
      medium: [{ coding: [{ code: 'PHONE' }] }],
    })
    const planned: Contact = { ...state, state: 'planned', outcome: undefined }
    const standing = contacts.write(contacts.blank(birth, planned), planned)
    expect(contacts.write(standing, tried)).toMatchObject({ resourceType: 'Encounter', status: 'cancelled' })
    expect(contacts.read(contacts.write(standing, tried)).state).toBe('attempted')
  })

  it('names an actor whom R4 has no place for in an extension', () => {
    const client = { ...state, by: 'Client-app' }
    const written = contacts.write(contacts.blank(birth, client), client)
    expect(written['participant']).toBeUndefined()
    expect(validateResource(written)).toEqual([])
    expect(contacts.read(written).by).toBe('Client-app')
  })
})

describe('red flags and readmissions', () => {
  it('are told apart by category', () => {
    const again = after(emptyWorld, [
      stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
      stay('e2', [arrival('2026-10-14T07:00:00'), admission('2026-10-14T08:00:00')]),
    ]).compartment.filter(({ resourceType }) => resourceType === 'Flag')
    expect(again).not.toEqual([])
    for (const flag of again) expect(nounOf(flag)).toBeUndefined()
    const blank = lenses
      .of('flag')
      .blank(
        { id: 'f1', caseId: 'c1', patient: 'p1' },
        { id: 'f1', state: 'open', code: 'fever', at: '2026-10-05T18:30:00-04:00' },
      )
    expect(nounOf(blank)).toBe('flag')
  })
})

describe('the transition of a discharge', () => {
  const compartment = after(emptyWorld, [
    stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
  ]).compartment
  const plan = compartment.find(resource => nounOf(resource) === 'transition')

  it('is read from its derived plan', () => {
    expect(plan && lenses.of('transition').read(plan)).toEqual({
      id: plan?.id,
      state: 'discharged-community',
      start: '2026-10-10',
      end: '2026-11-08',
      encounter: 'e1',
    })
  })

  it('keeps what people tell of it when the facts are told again', () => {
    const [file] = readCaseFiles(compartment, lenses)
    if (!file || !plan) throw new Error('no case')
    const at = { at: '2026-10-12T09:00:00-04:00' }
    const told = afterwards(file, 'RecordDischargeInfo', { transition: plan.id }, at)
    const changed = writeCaseFile({ before: file, after: told, compartment, lenses })
    expect(changed.map(({ id }) => id)).toEqual([plan.id])
    for (const resource of changed) expect(validateResource(resource)).toEqual([])
    const world = { compartment: compartment.map(one => changed.find(({ id }) => id === one.id) ?? one) }
    const again = after(world, [
      stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
    ]).compartment.find(({ id }) => id === plan.id)
    expect(again && lenses.of('transition').read(again)).toMatchObject({
      state: 'discharged-community',
      dischargeInfoAt: at.at,
    })
  })

  it('is completed in both its states at once, and stays so', () => {
    const [file] = readCaseFiles(compartment, lenses)
    if (!file || !plan) throw new Error('no case')
    const told = afterwards(file, 'CompleteTransition', { transition: plan.id, reason: 'moves' })
    const [changed] = writeCaseFile({ before: file, after: told, compartment, lenses })
    expect(changed).toMatchObject({ id: plan.id, status: 'completed' })
    const world = { compartment: compartment.map(one => (one.id === plan.id && changed ? changed : one)) }
    const again = after(world, [
      stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
    ]).compartment.find(({ id }) => id === plan.id)
    expect(again && lenses.of('transition').read(again).state).toBe('stabilised')
  })
})

describe('the resources that contacts and appointments of a case mean', () => {
  it('are valid R4, linked to the case, and read back as what was decided', () => {
    const episode = lenses
      .of('case')
      .write(
        lenses.of('case').blank({ id: 'c1', caseId: 'c1', patient: 'p1' }, fileOf().case),
        fileOf({ state: 'active' }).case,
      )
    const [before] = readCaseFiles([episode], lenses)
    if (!before) throw new Error('no case')
    const recorded = afterwards(before, 'RecordContact', {
      kind: 'phone',
      minutes: 22,
      with: 'RelatedPerson/sam',
      answers: [{ question: 'new-symptoms', answer: 'yes' }],
      note: 'dizzy',
    })
    const booked = afterwards(recorded, 'BookAppointment', {
      purpose: 'follow-up-visit',
      start: '2026-12-04T09:00:00-05:00',
      provider: 'Practitioner/pcp',
      location: 'Location/clinic',
      companion: 'Practitioner/noor',
    })
    const changed = writeCaseFile({ before, after: booked, compartment: [episode], lenses })
    expect(changed.map(({ resourceType }) => resourceType).toSorted()).toEqual([
      'Appointment',
      'Encounter',
      'Flag',
    ])
    for (const resource of changed) expect(validateResource(resource)).toEqual([])
    const [read] = readCaseFiles([episode, ...changed], lenses)
    expect(read?.contacts).toEqual(booked.contacts)
    expect(read?.flags).toEqual(booked.flags)
    expect(read?.appointments).toEqual(booked.appointments)
  })
})
