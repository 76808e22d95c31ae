import type { Strength } from '../nouns/assessment.ts'
import type { Instrument, InstrumentItem, Option, Suggestion } from './instrument.ts'

const OWN = 'Own wording and own ranges of Casewire; not a validated scale.'

const yesNo: readonly Option[] = [
  { code: 'yes', display: 'Yes' },
  { code: 'partly', display: 'Partly' },
  { code: 'no', display: 'No' },
]

const choice = (linkId: string, text: string): InstrumentItem => ({
  linkId,
  text,
  type: 'choice',
  options: yesNo,
})

const words = (linkId: string, text: string): InstrumentItem => ({
  linkId,
  text,
  type: 'string',
  optional: true,
})

/** A need when the answer is one of these. */
const need = (linkId: string, answers: readonly string[], domain: string, text: string): Suggestion => ({
  when: { linkId, answers },
  propose: 'need',
  domain,
  text,
})

const strength = (linkId: string, kind: Strength['kind']): Suggestion => ({
  when: { linkId },
  propose: 'strength',
  kind,
})

export const homeAndFamily: Instrument = {
  id: 'home-and-family',
  version: '1.0.0',
  title: 'Home and family',
  description: 'Where and with whom the client lives, and who helps',
  copyright: OWN,
  source: OWN,
  domains: ['home-and-family'],
  items: [
    choice('access', 'Can the client get in, out and about at home as it is now?'),
    choice('safe-home', 'Is the home safe: light, floor, rails, bath, heating?'),
    choice('helper', 'Is there somebody who helps and can go on helping?'),
    choice('helper-copes', 'Do those who help say that they cope?'),
    choice('dependants', 'Does anybody depend on the client: children, a partner, a parent?'),
    choice('alone-at-night', 'Is the client alone at night?'),
    words('household', 'Who lives in the household?'),
    words('who-helps', 'Who helps, with what, and how often?'),
    words('home-good', 'What is good about the home as it is?'),
  ],
  scorings: [],
  suggestions: [
    need('access', ['partly', 'no'], 'home-and-family', 'A home that the client can get about in'),
    need('safe-home', ['partly', 'no'], 'home-and-family', 'A home without dangers'),
    need('helper', ['no'], 'home-and-family', 'Somebody who helps at home'),
    need('helper-copes', ['partly', 'no'], 'home-and-family', 'Relief for those who help'),
    need('dependants', ['yes', 'partly'], 'home-and-family', 'Care for those who depend on the client'),
    {
      when: { linkId: 'access', answers: ['no'] },
      propose: 'barrier',
      text: 'The home can not be got about in',
    },
    strength('who-helps', 'family'),
    strength('home-good', 'home'),
  ],
}

const money: readonly InstrumentItem[] = [
  ['month', 'Does the money last to the end of the month?'],
  ['bills', 'Are rent, energy and other bills paid on time?'],
  ['care-costs', 'Can the client pay what is left to pay for care and medicines?'],
  ['cover', 'Is there health cover for what is planned?'],
  ['benefits', 'Have benefits been applied for that the client may have a right to?'],
  ['work', 'Is income from work secured while the client recovers?'],
].map(([linkId = '', text = '']) => ({
  linkId,
  text,
  type: 'choice',
  options: [
    { code: 'yes', display: 'Yes', score: 0 },
    { code: 'partly', display: 'Partly, or not sure', score: 1 },
    { code: 'no', display: 'No', score: 2 },
    { code: 'not-applicable', display: 'Does not apply', score: 0 },
  ],
}))

const moneyIds = money.map(({ linkId }) => linkId)

export const finances: Instrument = {
  id: 'finances',
  version: '1.0.0',
  title: 'Money matters',
  description: 'Income, bills, cover and benefits',
  copyright: OWN,
  source: OWN,
  domains: ['finances'],
  items: money,
  scorings: [
    {
      kind: 'sum',
      measure: 'finances',
      version: '1.0.0',
      items: moneyIds,
      ranges: [
        { from: 0, to: 0, interpretation: 'secured' },
        { from: 1, to: 4, interpretation: 'strained' },
        { from: 5, to: 12, interpretation: 'in-trouble' },
      ],
    },
  ],
  suggestions: [
    {
      when: { items: moneyIds, scoring: 1, atLeast: 1 },
      propose: 'need',
      domain: 'finances',
      text: 'Money matters: advice and a plan',
    },
    need('benefits', ['partly', 'no'], 'finances', 'Benefits to be applied for'),
    {
      when: { linkId: 'care-costs', answers: ['no'] },
      propose: 'barrier',
      text: 'What is left to pay for care and medicines',
    },
  ],
}

/** domain.md 1, item 37: community, family, friends, home. */
export const strengthsList: Instrument = {
  id: 'strengths',
  version: '1.0.0',
  title: 'Strengths',
  description: 'What helps the client: people, places, groups, skills',
  copyright: OWN,
  source: OWN,
  domains: ['strengths'],
  items: [
    words('family', 'Who in the family helps, and how?'),
    words('friends', 'Which friends or neighbours help, and how?'),
    words('community', 'Which clubs, groups or congregations does the client belong to?'),
    words('home', 'What about the home makes things easier?'),
    words('self', 'What is the client good at and proud of?'),
    words('got-through', 'What has helped in hard times before?'),
  ],
  scorings: [],
  suggestions: [
    strength('family', 'family'),
    strength('friends', 'friend'),
    strength('community', 'community'),
    strength('home', 'home'),
    strength('self', 'self'),
    strength('got-through', 'self'),
  ],
}
