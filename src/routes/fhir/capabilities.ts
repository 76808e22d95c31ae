import { ok } from '../../lib/result.ts'
import type { Handler } from './exchange.ts'

/** `GET /metadata` (http://hl7.org/fhir/R4/http.html#capabilities): written once, served as text. */
export const capabilities =
  (statement: () => string): Handler =>
  async () =>
    ok({ status: 200, body: statement() })
