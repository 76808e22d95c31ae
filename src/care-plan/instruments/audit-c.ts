import type { Instrument, Option } from './instrument.ts'

/** LOINC answer lists LL2179-1, LL2180-9, LL2181-7. */
const NEVER: Option = { code: 'LA6270-8', display: 'Never', score: 0 }

/** One table for all: 3 is the published cut-off for women, 4 for men; who reads it knows which holds. */
export const auditC: Instrument = {
  id: 'audit-c',
  version: '1.0.0',
  title: 'Alcohol Use Disorders Identification Test, consumption (AUDIT-C)',
  description: 'About alcohol in the past year',
  loinc: '72109-2',
  copyright: 'The AUDIT is in the public domain (World Health Organization).',
  source:
    'Bush and others 1998, Arch Intern Med 158:1789; Bradley and others 2003, Arch Intern Med 163:821 (women); LOINC 72109-2 as in the US Core 8.0.0 example Questionnaire',
  domains: ['substance-use'],
  items: [
    {
      linkId: '/68518-0',
      loinc: '68518-0',
      text: 'How often do you have a drink containing alcohol?',
      type: 'choice',
      options: [
        NEVER,
        { code: 'LA18926-8', display: 'Monthly or less', score: 1 },
        { code: 'LA18927-6', display: '2-4 times a month', score: 2 },
        { code: 'LA18928-4', display: '2-3 times a week', score: 3 },
        { code: 'LA18929-2', display: '4 or more times a week', score: 4 },
      ],
    },
    {
      linkId: '/68519-8',
      loinc: '68519-8',
      text: 'How many standard drinks containing alcohol do you have on a typical day?',
      type: 'choice',
      options: [
        { code: 'LA15694-5', display: '1 or 2', score: 0 },
        { code: 'LA15695-2', display: '3 or 4', score: 1 },
        { code: 'LA18930-0', display: '5 or 6', score: 2 },
        { code: 'LA18931-8', display: '7 to 9', score: 3 },
        { code: 'LA18932-6', display: '10 or more', score: 4 },
      ],
    },
    {
      linkId: '/68520-6',
      loinc: '68520-6',
      text: 'How often do you have 6 or more drinks on 1 occasion?',
      type: 'choice',
      options: [
        NEVER,
        { code: 'LA18933-4', display: 'Less than monthly', score: 1 },
        { code: 'LA18876-5', display: 'Monthly', score: 2 },
        { code: 'LA18891-4', display: 'Weekly', score: 3 },
        { code: 'LA18934-2', display: 'Daily or almost daily', score: 4 },
      ],
    },
  ],
  scorings: [
    {
      kind: 'sum',
      measure: 'audit-c',
      version: '2003',
      items: ['/68518-0', '/68519-8', '/68520-6'],
      skip: { linkId: '/68518-0', answer: 'LA6270-8', zero: ['/68519-8', '/68520-6'] },
      ranges: [
        { from: 0, to: 2, interpretation: 'negative' },
        { from: 3, to: 3, interpretation: 'positive-for-women' },
        { from: 4, to: 12, interpretation: 'positive' },
      ],
    },
  ],
  suggestions: [
    {
      when: { measure: 'audit-c', atLeast: 4 },
      propose: 'need',
      domain: 'substance-use',
      text: 'Alcohol: full assessment of use and of its harm',
    },
  ],
}
