import type { Result } from '../../../lib/result.ts'
import type { Argument } from '../../../fhir/operations/operation-input.ts'
import type { Answer, Exchange } from '../exchange.ts'

/** An operation as it was called: its address is one that there is, its parameters are ones that it has. */
export interface Call {
  readonly exchange: Exchange
  readonly given: readonly Argument[]
  readonly type: string
  readonly id?: string
}

export type OperationHandler = (call: Call) => Promise<Result<Answer>>
