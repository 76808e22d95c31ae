import type { Instrument, InstrumentItem, Option, Trigger } from './instrument.ts'

/** LOINC answer list LL358-3. */
const howOften: readonly Option[] = [
  { code: 'LA6568-5', display: 'Not at all', score: 0 },
  { code: 'LA6569-3', display: 'Several days', score: 1 },
  { code: 'LA6570-1', display: 'More than half the days', score: 2 },
  { code: 'LA6571-9', display: 'Nearly every day', score: 3 },
]

const howDifficult: readonly Option[] = [
  { code: 'LA6572-7', display: 'Not difficult at all' },
  { code: 'LA6573-5', display: 'Somewhat difficult' },
  { code: 'LA6574-3', display: 'Very difficult' },
  { code: 'LA6575-0', display: 'Extremely difficult' },
]

const question = (loinc: string, text: string): InstrumentItem => ({
  linkId: `/${loinc}`,
  loinc,
  text,
  type: 'choice',
  options: howOften,
})

const linkIds = (items: readonly InstrumentItem[]): readonly string[] => items.map(({ linkId }) => linkId)

const copyright =
  'Developed by Drs. Robert L. Spitzer, Janet B.W. Williams, Kurt Kroenke and colleagues, with an educational grant from Pfizer Inc. No permission required to reproduce, translate, display or distribute.'

const depression: readonly InstrumentItem[] = [
  question('44250-9', 'Little interest or pleasure in doing things'),
  question('44255-8', 'Feeling down, depressed, or hopeless'),
  question('44259-0', 'Trouble falling or staying asleep, or sleeping too much'),
  question('44254-1', 'Feeling tired or having little energy'),
  question('44251-7', 'Poor appetite or overeating'),
  question(
    '44258-2',
    'Feeling bad about yourself, or that you are a failure or have let yourself or your family down',
  ),
  question(
    '44252-5',
    'Trouble concentrating on things, such as reading the newspaper or watching television',
  ),
  question(
    '44253-3',
    'Moving or speaking so slowly that other people could have noticed. Or the opposite: being so fidgety or restless that you have been moving around a lot more than usual',
  ),
  question('44260-8', 'Thoughts that you would be better off dead, or of hurting yourself in some way'),
]

/** Question 9 answered with anything but `Not at all`. */
const thoughtsOfDeath: Trigger = { linkId: '/44260-8', answers: ['LA6569-3', 'LA6570-1', 'LA6571-9'] }

/** Over the last 2 weeks, how often bothered by ... */
export const phq9: Instrument = {
  id: 'phq-9',
  version: '1.0.0',
  title: 'Patient Health Questionnaire, 9 items (PHQ-9)',
  description: 'Over the last 2 weeks, how often have you been bothered by any of the following problems?',
  loinc: '44249-1',
  copyright,
  source:
    'Kroenke, Spitzer, Williams 2001, J Gen Intern Med 16:606; LOINC 44249-1 as in the US Core 8.0.0 example Questionnaire',
  domains: ['mood'],
  items: [
    ...depression,
    {
      linkId: '/69722-7',
      loinc: '69722-7',
      text: 'How difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?',
      type: 'choice',
      options: howDifficult,
      optional: true,
    },
  ],
  scorings: [
    {
      kind: 'sum',
      measure: 'phq-9',
      version: '2001',
      items: linkIds(depression),
      ranges: [
        { from: 0, to: 4, interpretation: 'minimal' },
        { from: 5, to: 9, interpretation: 'mild' },
        { from: 10, to: 14, interpretation: 'moderate' },
        { from: 15, to: 19, interpretation: 'moderately-severe' },
        { from: 20, to: 27, interpretation: 'severe' },
      ],
    },
  ],
  suggestions: [
    {
      when: { measure: 'phq-9', atLeast: 10 },
      propose: 'need',
      domain: 'mood',
      text: 'Low mood: assessment and treatment of depression',
    },
    {
      when: thoughtsOfDeath,
      propose: 'need',
      domain: 'mood',
      text: 'Thoughts of death or self-harm: safety to be assessed the same day',
      priority: 1,
    },
    {
      when: thoughtsOfDeath,
      propose: 'flag',
      code: 'self-harm',
      text: 'PHQ-9, question 9: thoughts of being better off dead or of self-harm. Safety is assessed today.',
    },
  ],
}

const anxiety: readonly InstrumentItem[] = [
  question('69725-0', 'Feeling nervous, anxious, or on edge'),
  question('68509-9', 'Not being able to stop or control worrying'),
  question('69733-4', 'Worrying too much about different things'),
  question('69734-2', 'Trouble relaxing'),
  question('69735-9', 'Being so restless that it is hard to sit still'),
  question('69689-8', 'Becoming easily annoyed or irritable'),
  question('69736-7', 'Feeling afraid, as if something awful might happen'),
]

export const gad7: Instrument = {
  id: 'gad-7',
  version: '1.0.0',
  title: 'Generalized Anxiety Disorder, 7 items (GAD-7)',
  description: 'Over the last 2 weeks, how often have you been bothered by the following problems?',
  loinc: '69737-5',
  copyright,
  source: 'Spitzer, Kroenke, Williams, Löwe 2006, Arch Intern Med 166:1092; LOINC 69737-5',
  domains: ['mood'],
  items: anxiety,
  scorings: [
    {
      kind: 'sum',
      measure: 'gad-7',
      version: '2006',
      items: linkIds(anxiety),
      ranges: [
        { from: 0, to: 4, interpretation: 'minimal' },
        { from: 5, to: 9, interpretation: 'mild' },
        { from: 10, to: 14, interpretation: 'moderate' },
        { from: 15, to: 21, interpretation: 'severe' },
      ],
    },
  ],
  suggestions: [
    {
      when: { measure: 'gad-7', atLeast: 10 },
      propose: 'need',
      domain: 'mood',
      text: 'Anxiety: assessment and treatment',
    },
  ],
}
