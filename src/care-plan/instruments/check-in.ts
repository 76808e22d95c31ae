import { checkInTopics } from '../nouns/contact.ts'

type Topic = (typeof checkInTopics)[number]

export interface CheckInQuestion {
  readonly id: string
  readonly topic: Topic
  readonly text: string
  readonly answers: readonly CheckInAnswer[]
}

export interface CheckInAnswer {
  readonly code: string
  readonly text: string
  /** Code of the red flag that this answer is: somebody acts on it the same day. */
  readonly redFlag?: string
}

export interface CheckInScript {
  readonly version: string
  readonly source: string
  readonly questions: readonly CheckInQuestion[]
}

const yes = (redFlag?: string): CheckInAnswer => ({ code: 'yes', text: 'Yes', ...(redFlag && { redFlag }) })
const no = (redFlag?: string): CheckInAnswer => ({ code: 'no', text: 'No', ...(redFlag && { redFlag }) })

/**
 * What is asked on the phone after a stay. The five topics are those of the follow-up call of AHRQ's Re-Engineered
 * Discharge toolkit (https://www.ahrq.gov/patient-safety/settings/hospital/red/toolkit/redtool5.html); the wording and
 * what counts as a red flag are ours.
 */
export const checkInScript: CheckInScript = {
  version: '1',
  source: 'AHRQ RED toolkit, tool 5: topics; wording our own',
  questions: [
    {
      id: 'feeling',
      topic: 'health-status',
      text: 'How do you feel compared with the day you came home?',
      answers: [
        { code: 'better', text: 'Better' },
        { code: 'same', text: 'The same' },
        { code: 'worse', text: 'Worse', redFlag: 'getting-worse' },
      ],
    },
    {
      id: 'new-symptoms',
      topic: 'health-status',
      text: 'Do you have pain, dizziness, trouble breathing, fever or anything else that is new?',
      answers: [no(), yes('new-symptom')],
    },
    {
      id: 'low-mood',
      topic: 'health-status',
      text: 'Have you felt so low that you could not do what you wanted, or thought of harming yourself?',
      answers: [no(), yes('low-mood')],
    },
    {
      id: 'has-medicines',
      topic: 'medicines',
      text: 'Do you have all the medicines on your list at home?',
      answers: [yes(), no('medicine-missing')],
    },
    {
      id: 'takes-medicines',
      topic: 'medicines',
      text: 'Do you take them as the list says, and do you get along with them?',
      answers: [
        yes(),
        { code: 'differently', text: 'I take them differently', redFlag: 'medicine-not-as-prescribed' },
        { code: 'side-effect', text: 'They do me harm', redFlag: 'side-effect' },
      ],
    },
    {
      id: 'knows-appointments',
      topic: 'appointments',
      text: 'Do you know when your next appointments are?',
      answers: [yes(), no()],
    },
    {
      id: 'can-get-there',
      topic: 'appointments',
      text: 'Can you get there?',
      answers: [yes(), no()],
    },
    {
      id: 'services-came',
      topic: 'home-services',
      text: 'Did the help, visits and equipment that were ordered for your home come?',
      answers: [yes(), { code: 'none-ordered', text: 'Nothing was ordered' }, no('home-service-missing')],
    },
    {
      id: 'knows-whom-to-call',
      topic: 'what-to-do',
      text: 'Do you know whom to call when a problem comes up, by day and by night?',
      answers: [yes(), no()],
    },
  ],
}

/** An answer that was given: id of the question and code of the answer. */
export interface GivenAnswer {
  readonly question: string
  readonly answer: string
}

/** Whether there is an answer that the script doesn't know. */
export const hasUnknownAnswer = (given: readonly GivenAnswer[]): boolean =>
  given.some(one => answerOf(one) === undefined)

/** Topics that were gone through, in their order. */
export const topicsOf = (given: readonly GivenAnswer[]): readonly Topic[] =>
  checkInTopics.filter(topic => given.some(({ question }) => questionOf(question)?.topic === topic))

/** The red flags among the answers, each code once, in the words of question and answer. */
export const redFlagsOf = (
  given: readonly GivenAnswer[],
): readonly { readonly code: string; readonly text: string }[] =>
  given.flatMap(one => {
    const code = answerOf(one)?.redFlag
    return code === undefined
      ? []
      : [{ code, text: `${questionOf(one.question)?.text ?? ''} ${answerOf(one)?.text ?? ''}` }]
  })

const questionOf = (id: string): CheckInQuestion | undefined =>
  checkInScript.questions.find(question => question.id === id)

const answerOf = ({ question, answer }: GivenAnswer): CheckInAnswer | undefined =>
  questionOf(question)?.answers.find(({ code }) => code === answer)
