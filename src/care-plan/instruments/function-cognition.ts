import type { Instrument, InstrumentItem, Option } from './instrument.ts'

/** Lists of our own wording: no validated scales, and they don't claim to be. */
const OWN = 'Own wording and own ranges of Casewire; not a validated scale.'

const byOneself: readonly Option[] = [
  { code: 'alone', display: 'Alone, aids included', score: 0 },
  { code: 'some-help', display: 'With some help or supervision', score: 1 },
  { code: 'cannot', display: 'Only when somebody else does most of it', score: 2 },
]

const items = (
  questions: Readonly<Record<string, string>>,
  options: readonly Option[],
): readonly InstrumentItem[] =>
  Object.entries(questions).map(([linkId, text]) => ({ linkId, text, type: 'choice', options }))

const bodyCare = {
  bathing: 'Washing the whole body, bath or shower',
  dressing: 'Putting on and taking off clothes and shoes',
  toileting: 'Getting to the toilet and using it',
  transferring: 'Getting in and out of bed and up from a chair',
  continence: 'Holding urine and stool, or coping with aids',
  eating: 'Eating and drinking what is on the table',
  walking: 'Moving about indoors, walking or by wheelchair',
  stairs: 'Going up and down stairs that have to be used',
}

const household = {
  telephone: 'Using the telephone or messages to reach others',
  shopping: 'Shopping for food and what is needed',
  meals: 'Planning and preparing meals',
  housekeeping: 'Keeping the home in order',
  laundry: 'Washing clothes',
  travelling: 'Getting to places out of walking distance',
  medicines: 'Taking the right medicines at the right time',
  money: 'Paying bills and looking after money',
}

const bodyCareIds = Object.keys(bodyCare)
const householdIds = Object.keys(household)

export const functionList: Instrument = {
  id: 'function',
  version: '1.0.0',
  title: 'Function in daily life',
  description: 'How is each of these done at present?',
  copyright: OWN,
  source: OWN,
  domains: ['function'],
  items: items({ ...bodyCare, ...household }, byOneself),
  scorings: [
    {
      kind: 'sum',
      measure: 'function',
      version: '1.0.0',
      items: [...bodyCareIds, ...householdIds],
      ranges: [
        { from: 0, to: 0, interpretation: 'independent' },
        { from: 1, to: 8, interpretation: 'some-help' },
        { from: 9, to: 20, interpretation: 'much-help' },
        { from: 21, to: 32, interpretation: 'dependent' },
      ],
    },
  ],
  suggestions: [
    {
      when: { items: bodyCareIds, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'function',
      text: 'Help with body care and moving about',
    },
    {
      when: { items: householdIds, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'function',
      text: 'Help with the household and errands',
    },
    {
      when: { linkId: 'medicines', answers: ['some-help', 'cannot'] },
      propose: 'need',
      domain: 'function',
      text: 'Taking medicines safely',
    },
    {
      when: { linkId: 'stairs', answers: ['some-help', 'cannot'] },
      propose: 'barrier',
      text: 'Stairs that have to be used',
    },
  ],
}

const trouble: readonly Option[] = [
  { code: 'no-trouble', display: 'No trouble', score: 0 },
  { code: 'sometimes', display: 'Trouble sometimes', score: 1 },
  { code: 'often', display: 'Trouble often', score: 2 },
]

const thinking = {
  'recent-events': 'Remembering what happened in the last days',
  appointments: 'Remembering appointments and what was agreed',
  words: 'Finding words and following a conversation',
  attention: 'Keeping attention on one thing, reading or watching',
  planning: 'Planning and doing things in steps',
  orientation: 'Knowing the day, the place and the way home',
  judgement: 'Seeing dangers and deciding what to do',
  learning: 'Learning something new, such as an exercise or a device',
}

export const cognitionList: Instrument = {
  id: 'cognition',
  version: '1.0.0',
  title: 'Thinking and memory in daily life',
  description: 'What do the client, or those who know the client well, notice?',
  copyright: OWN,
  source: OWN,
  domains: ['cognition'],
  items: items(thinking, trouble),
  scorings: [
    {
      kind: 'sum',
      measure: 'cognition',
      version: '1.0.0',
      items: Object.keys(thinking),
      ranges: [
        { from: 0, to: 1, interpretation: 'no-concern' },
        { from: 2, to: 7, interpretation: 'some-concern' },
        { from: 8, to: 16, interpretation: 'concern' },
      ],
    },
  ],
  suggestions: [
    {
      when: { measure: 'cognition', atLeast: 2 },
      propose: 'need',
      domain: 'cognition',
      text: 'Thinking and memory: examination and strategies for daily life',
    },
    {
      when: { linkId: 'judgement', answers: ['often'] },
      propose: 'need',
      domain: 'cognition',
      text: 'Safety when alone',
      priority: 1,
    },
  ],
}
