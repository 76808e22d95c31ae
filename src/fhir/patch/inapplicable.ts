import { fail, type Result } from '../../lib/result.ts'

/** A patch that fits the language and not the resource: 422 (http://hl7.org/fhir/R4/http.html#patch). */
export const inapplicable = (message: string): Result<never> =>
  fail({ kind: 'unprocessable', code: 'patch-not-applicable', message })
