import type { Failure } from '../lib/result.ts'

/** A failure that a hook of a library can only tell by throwing; every error handler answers it as the failure it is. */
export class Refusal extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.code)
    this.name = 'Refusal'
    this.failure = failure
  }
}
