import type { Failure } from '../../lib/result.ts'

export const noSuchAddress: Failure = (() => {
  const diagnostics = 'There is no such interaction at this address; see metadata for what is supported.'
  const issues = [{ severity: 'error', code: 'not-supported', diagnostics }] as const
  return { kind: 'not-found', code: 'address-unknown', message: diagnostics, issues }
})()
