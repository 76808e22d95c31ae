import { ok } from '../../lib/result.ts'
import { runBundle } from '../../commands/fhir/fhir-transaction.ts'
import type { Dispatch } from './dispatch.ts'
import { onlyParameters, resourceIn, type Handler } from './exchange.ts'

/** `POST /` with a batch or a transaction (http://hl7.org/fhir/R4/http.html#transaction). */
export const transaction =
  (dispatch: () => Dispatch): Handler =>
  async exchange => {
    const { deps, caller, prefer } = exchange
    const known = onlyParameters(exchange)
    if (!known.ok) return known
    const bundle = resourceIn(exchange)
    if (!bundle.ok) return bundle
    const answered = await runBundle(deps, caller, {
      bundle: bundle.value,
      returned: prefer.returned ?? 'minimal',
      answer: entry => dispatch()(exchange, entry),
    })
    if (!answered.ok) return answered
    return ok({ status: 200, body: answered.value })
  }
