import {
  concept,
  cs,
  CM,
  episodeLink,
  extended,
  inState,
  parts,
  ref,
  rowsOf,
  sd,
  subject,
  tagged,
  THO,
  type Body,
  type Deeds,
  type Desk,
  type Res,
} from './desk.ts'

const SURVEY = [concept(`${THO}/observation-category`, 'survey')]

export const observation = (desk: Desk, id: string): Res => ({
  ...{ resourceType: 'Observation', id, meta: tagged(desk), status: 'final', category: SURVEY },
  subject: subject(desk),
  extension: [episodeLink(desk)],
  effectiveDateTime: desk.at,
  performer: [ref(desk.by)],
})

/** What a figure was made of, and by which version of which table (I22). */
export const withSource = (
  resource: Res,
  inputs: readonly (readonly [name: string, value: string])[],
  version: string,
): Res =>
  extended(
    extended(
      resource,
      'input',
      ...inputs.map(([name, value]) => parts({ name: ['String', name], value: ['String', value] })),
    ),
    'table-version',
    { valueString: version },
  )

const need = (desk: Desk, { id, text, domain }: Body): Res => ({
  ...{ resourceType: 'Condition', id, meta: tagged(desk) },
  category: [
    concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
    concept(cs('domain'), domain),
  ],
  subject: subject(desk),
  extension: [episodeLink(desk), { url: sd('state'), valueCode: 'proposed' }],
  clinicalStatus: concept(`${THO}/condition-clinical`, 'active'),
  verificationStatus: concept(`${THO}/condition-ver-status`, 'unconfirmed'),
  code: { text },
  asserter: ref(desk.by),
  recordedDate: desk.at,
})

interface Item {
  readonly linkId: string
  readonly answer: string
}

const LOINC_INSTRUMENTS = new Set(['phq-9', 'ahc-hrsn'])

const answered = (desk: Desk, { id, instrument, items }: Body): Res => {
  const isLoinc = LOINC_INSTRUMENTS.has(instrument)
  return {
    ...{ resourceType: 'QuestionnaireResponse', id, meta: tagged(desk), status: 'completed' },
    subject: subject(desk),
    extension: [episodeLink(desk)],
    questionnaire: `${CM}/Questionnaire/${instrument}|1.0.0`,
    authored: desk.at,
    author: ref(desk.by),
    item: (items as readonly Item[]).map(({ linkId, answer: code }) => ({
      linkId: isLoinc ? `/${linkId}` : linkId,
      answer: [{ valueCoding: { system: isLoinc ? 'http://loinc.org' : cs('answer'), code } }],
    })),
  }
}

const DOMAINS = ['function', 'cognition', 'mood', 'social-needs']

/** What is asked, concluded and found: QuestionnaireResponse, Observation, ClinicalImpression, Condition. */
export const assessmentDeeds: Deeds = {
  /** A further one names the one before it. */
  StartAssessment: async desk => {
    const id = desk.newId()
    const query = `ClinicalImpression?patient=${desk.patient}&status=completed`
    const endOf = (one: Res): number => Date.parse(one['effectivePeriod'].end)
    const former = (await desk.search(query)).toSorted((a, b) => endOf(a) - endOf(b)).at(-1)
    desk.made('AssessmentStarted', id)
    return desk.write({
      ...{ resourceType: 'ClinicalImpression', id, meta: tagged(desk), status: 'in-progress' },
      code: concept(cs('finding'), 'assessment'),
      subject: subject(desk),
      extension: [
        episodeLink(desk),
        ...DOMAINS.map(valueCode => ({ url: sd('required-domain'), valueCode })),
      ],
      assessor: ref(desk.by),
      effectivePeriod: { start: desk.at },
      ...(former && { previous: ref(`ClinicalImpression/${former.id}`) }),
    })
  },
  /** The answers are enough: the server scores them and proposes what follows from them, in the same write. */
  RecordAnswers: async (desk, { instrument, items }) => {
    const id = desk.newId()
    const reply = await desk.write(answered(desk, { id, instrument, items }))
    const saysSo = (resource: Res): boolean =>
      JSON.stringify(resource).includes(`"QuestionnaireResponse/${id}"`)
    for (const [event, query] of [
      ['ScoreComputed', 'Observation'],
      ['NeedIdentified', 'Condition'],
    ] as const) {
      const found = await desk.search(`${query}?patient=${desk.patient}&_count=500`)
      for (const one of found.filter(saysSo)) desk.made(event, one.id)
    }
    return reply
  },
  ConcludeDomain: async (desk, { assessment, domain, text }) => {
    const impression = await desk.read(`ClinicalImpression/${assessment}`)
    const finding = {
      extension: [
        { url: sd('by'), valueReference: ref(desk.by) },
        { url: sd('at'), valueDateTime: desk.at },
      ],
      itemCodeableConcept: { ...concept(cs('domain'), domain), text },
    }
    return desk.write({ ...impression, finding: [...(impression['finding'] ?? []), finding] })
  },
  ConcludeAssessment: async (desk, { assessment, summary }) => {
    const impression = await desk.read(`ClinicalImpression/${assessment}`)
    const effectivePeriod = { ...impression['effectivePeriod'], end: desk.at }
    return desk.write(inState({ ...impression, summary, effectivePeriod }, 'completed', 'concluded'))
  },
  RecordStrength: (desk, { kind, text, embodiedBy }) => {
    const id = desk.newId()
    desk.made('StrengthIdentified', id)
    return desk.write({
      ...observation(desk, id),
      category: [concept(`${THO}/observation-category`, 'social-history')],
      code: concept(cs('finding'), 'strength'),
      valueCodeableConcept: { ...concept(cs('strength-kind'), kind), text },
      ...(embodiedBy !== undefined && { focus: [ref(embodiedBy)] }),
    })
  },
  LinkStrength: async (desk, { strength, to }) => {
    const held = await desk.read(`Observation/${strength}`)
    const links = rowsOf(held, 'linked-to').map(({ url: _url, ...row }) => row)
    return desk.write(extended(held, 'linked-to', ...links, ...to.map((valueId: string) => ({ valueId }))))
  },
  RaiseBarrier: (desk, { text, code, goal }) => {
    const id = desk.newId()
    desk.made('BarrierRaised', id)
    return desk.write({
      ...observation(desk, id),
      code: {
        coding: [
          { system: 'http://snomed.info/sct', code: '811791000000103' },
          { system: cs('finding'), code: 'barrier' },
        ],
      },
      ...(code === undefined ? { valueString: text } : { valueCodeableConcept: { coding: [code] } }),
      focus: [ref(`Goal/${goal}`)],
    })
  },
  IdentifyNeed: (desk, { text, domain }) => {
    const id = desk.newId()
    desk.made('NeedIdentified', id)
    return desk.write(need(desk, { id, text, domain }))
  },
  ConfirmNeed: async (desk, { need: id }) => {
    const condition = await desk.read(`Condition/${id}`)
    const confirmed = extended(
      { ...condition, verificationStatus: concept(`${THO}/condition-ver-status`, 'confirmed') },
      'confirmed-by',
      { valueReference: ref(desk.by) },
    )
    return desk.write(extended(confirmed, 'state', { valueCode: 'confirmed' }))
  },
}
