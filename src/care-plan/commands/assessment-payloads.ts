import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Assessment } from '../nouns/assessment.ts'
import { idField, textField } from './payload.ts'

/** Pieces of the payloads of assessment, need and score commands. */

/** Refuses what it doesn't name. */
export const closed = { additionalProperties: false } as const

export const assessmentField = idField('Id of the assessment; left out, the one in progress.')

/** A code of our own: `social-needs`. */
export const codeField = (description: string) =>
  Type.String({ description, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 64 })

export const domainField = (description: string) => codeField(description)

export const conclusionFields = {
  domain: domainField('Code of the domain, e.g. cognition'),
  text: textField('The conclusion in words', 4000),
}

export const codedField = (description: string) =>
  Type.Object(
    {
      system: Type.String({ description: 'Code system', minLength: 1, maxLength: 200 }),
      code: Type.String({ description: 'Code', pattern: '^[^\\s]+(\\s[^\\s]+)*$', maxLength: 100 }),
      display: Type.Optional(textField('What the code means', 200)),
    },
    { ...closed, description },
  )

/** The assessment in progress; of several the one that was started last. */
export function currentAssessment({ assessments }: CaseFile): Result<Assessment> {
  const running = assessments
    .filter(({ state }) => state === 'in-progress')
    .toSorted((a, b) => ((a.start ?? '') < (b.start ?? '') ? -1 : 1))
    .at(-1)
  return running
    ? ok(running)
    : fail({
        kind: 'not-found',
        code: 'unknown-noun',
        message: 'The case has no assessment in progress: start one (StartAssessment) or name one.',
      })
}
