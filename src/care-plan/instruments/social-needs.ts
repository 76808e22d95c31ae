import type { Instrument, InstrumentItem, Option } from './instrument.ts'

/** LOINC answer list of the U.S. food security survey. */
const howTrue: readonly Option[] = [
  { code: 'LA28397-0', display: 'Often true', score: 1 },
  { code: 'LA6729-3', display: 'Sometimes true', score: 1 },
  { code: 'LA28398-8', display: 'Never true', score: 0 },
]

const foodTexts = {
  '/88122-7': 'we worried whether our food would run out before we got money to buy more',
  '/88123-5': "the food we bought just didn't last and we didn't have money to get more",
}
const food = Object.keys(foodTexts)

const FOOD_NEED = 'Enough food: help to get and pay for it'

export const hungerVitalSign: Instrument = {
  id: 'hunger-vital-sign',
  version: '1.0.0',
  title: 'Hunger Vital Sign',
  description: 'For each statement: was it often, sometimes or never true for your household?',
  loinc: '88121-9',
  copyright:
    "Hunger Vital Sign: Dr. Erin Hager, Dr. Anna Quigg and Children's HealthWatch, 2010; items of the U.S. Household Food Security Survey.",
  source:
    'Hager and others 2010, Pediatrics 126:e26; LOINC 88121-9 as in the US Core 8.0.0 example Questionnaire',
  domains: ['social-needs'],
  items: Object.entries(foodTexts).map(([linkId, text]) => ({
    linkId,
    loinc: linkId.slice(1),
    text: `Within the past 12 months ${text}`,
    type: 'choice',
    options: [...howTrue, { code: 'LA15775-2', display: "Don't know/refused" }],
  })),
  scorings: [
    {
      kind: 'yes-no',
      measure: 'hunger-vital-sign',
      version: '2010',
      items: food,
      groups: [{ name: 'food', items: food, atLeast: 1 }],
      ranges: [
        { from: 0, to: 0, interpretation: 'no-risk' },
        { from: 1, to: 1, interpretation: 'at-risk' },
      ],
    },
  ],
  suggestions: [
    {
      when: { items: food, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'social-needs',
      text: FOOD_NEED,
    },
  ],
}

const yesNo: readonly Option[] = [
  { code: 'LA33-6', display: 'Yes', score: 1 },
  { code: 'LA32-8', display: 'No', score: 0 },
]

/** HITS: Sherin and others 1998. */
const howOften: readonly Option[] = [
  { code: 'LA6270-8', display: 'Never', score: 1 },
  { code: 'LA10066-1', display: 'Rarely', score: 2 },
  { code: 'LA10082-8', display: 'Sometimes', score: 3 },
  { code: 'LA16644-9', display: 'Fairly often', score: 4 },
  { code: 'LA6482-9', display: 'Frequently', score: 5 },
]

const question = (
  loinc: string,
  text: string,
  options: readonly Option[],
  more: Partial<InstrumentItem> = {},
): InstrumentItem => ({ linkId: `/${loinc}`, loinc, text, type: 'choice', options, ...more })

const homeProblems: readonly Option[] = [
  { code: 'LA31996-4', display: 'Pests such as bugs, ants, or mice', score: 1 },
  { code: 'LA28580-1', display: 'Mold', score: 1 },
  { code: 'LA31997-2', display: 'Lead paint or pipes', score: 1 },
  { code: 'LA31998-0', display: 'Lack of heat', score: 1 },
  { code: 'LA31999-8', display: 'Oven or stove not working', score: 1 },
  { code: 'LA32000-4', display: 'Smoke detectors missing or not working', score: 1 },
  { code: 'LA32001-2', display: 'Water leaks', score: 1 },
  { code: 'LA9-3', display: 'None of the above', score: 0 },
]

const safety = ['/95618-5', '/95617-7', '/95616-9', '/95615-1']
const housing = ['/71802-3', '/96778-6']

/** Unsafe from 11 on, as published. */
const SAFETY_CUT_OFF = 11

/** The ten core questions. What they add up to over all domains is our own count; the safety score is the published one. */
export const ahcHrsn: Instrument = {
  id: 'ahc-hrsn',
  version: '1.0.0',
  title: 'Accountable Health Communities health-related social needs screening (AHC HRSN), core questions',
  description: 'Living situation, food, transportation, utilities and safety',
  loinc: '96777-8',
  copyright:
    'Centers for Medicare & Medicaid Services. The tool draws on PRAPARE, the U.S. Household Food Security Survey and HITS (Kevin Sherin).',
  source: 'CMS, AHC HRSN screening tool; LOINC 96777-8; HITS: Sherin and others 1998, Fam Med 30:508',
  domains: ['social-needs'],
  items: [
    question('71802-3', 'What is your living situation today?', [
      { code: 'LA31993-1', display: 'I have a steady place to live', score: 0 },
      {
        code: 'LA31994-9',
        display: 'I have a place to live today, but I am worried about losing it in the future',
        score: 1,
      },
      { code: 'LA31995-6', display: 'I do not have a steady place to live', score: 1 },
    ]),
    question(
      '96778-6',
      'Think about the place you live. Do you have problems with any of the following?',
      homeProblems,
      { repeats: true },
    ),
    ...Object.entries(foodTexts).map(([linkId, text]) =>
      question(linkId.slice(1), `Within the past 12 months ${text}`, howTrue),
    ),
    question(
      '93030-5',
      'In the past 12 months, has lack of reliable transportation kept you from medical appointments, meetings, work or from getting things needed for daily living?',
      yesNo,
    ),
    question(
      '96779-4',
      'In the past 12 months has the electric, gas, oil, or water company threatened to shut off services in your home?',
      [...yesNo, { code: 'LA32002-0', display: 'Already shut off', score: 1 }],
    ),
    question(
      '95618-5',
      'How often does anyone, including family and friends, physically hurt you?',
      howOften,
    ),
    question(
      '95617-7',
      'How often does anyone, including family and friends, insult or talk down to you?',
      howOften,
    ),
    question(
      '95616-9',
      'How often does anyone, including family and friends, threaten you with harm?',
      howOften,
    ),
    question(
      '95615-1',
      'How often does anyone, including family and friends, scream or curse at you?',
      howOften,
    ),
  ],
  scorings: [
    {
      kind: 'groups',
      measure: 'ahc-hrsn',
      version: '1.0.0',
      items: [...housing, ...food, '/93030-5', '/96779-4', ...safety],
      groups: [
        { name: 'housing', items: housing, atLeast: 1 },
        { name: 'food', items: food, atLeast: 1 },
        { name: 'transportation', items: ['/93030-5'], atLeast: 1 },
        { name: 'utilities', items: ['/96779-4'], atLeast: 1 },
        { name: 'safety', items: safety, atLeast: SAFETY_CUT_OFF },
      ],
      ranges: [
        { from: 0, to: 0, interpretation: 'no-need' },
        { from: 1, to: 5, interpretation: 'needs' },
      ],
    },
    {
      kind: 'sum',
      measure: 'ahc-hrsn-safety',
      version: '1998',
      items: safety,
      ranges: [
        { from: 4, to: SAFETY_CUT_OFF - 1, interpretation: 'negative' },
        { from: SAFETY_CUT_OFF, to: 20, interpretation: 'positive' },
      ],
    },
  ],
  suggestions: [
    {
      when: { items: housing, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'social-needs',
      text: 'Housing: a steady and sound place to live',
    },
    {
      when: { items: food, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'social-needs',
      text: FOOD_NEED,
    },
    {
      when: { linkId: '/93030-5', answers: ['LA33-6'] },
      propose: 'need',
      domain: 'social-needs',
      text: 'Transportation to appointments and daily errands',
    },
    {
      when: { linkId: '/93030-5', answers: ['LA33-6'] },
      propose: 'barrier',
      text: 'No reliable transportation',
    },
    {
      when: { linkId: '/96779-4', answers: ['LA33-6', 'LA32002-0'] },
      propose: 'need',
      domain: 'social-needs',
      text: 'Electricity, gas, oil or water: keep it from being shut off',
    },
    {
      when: { measure: 'ahc-hrsn-safety', atLeast: SAFETY_CUT_OFF },
      propose: 'need',
      domain: 'social-needs',
      text: 'Safety from people around: to be assessed in private',
      priority: 1,
    },
  ],
}
