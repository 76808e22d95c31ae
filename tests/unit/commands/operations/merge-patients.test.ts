import { expect, test } from 'vitest'
import type { FhirDeps } from '../../../../src/commands/fhir/fhir-deps.ts'
import { mergePatients } from '../../../../src/commands/operations/merge-patients.ts'
import type { AccessRule, Permission } from '../../../../src/fhir/smart/access.ts'

const rule = (type: string, permissions: string, more: Partial<AccessRule> = {}): AccessRule => ({
  type,
  permissions: new Set(permissions.split('') as Permission[]),
  ...more,
})

/** What a token with these rules gets; a store that is asked throws. */
async function codeFor(...rules: readonly AccessRule[]): Promise<string> {
  const deps = { access: { rules, roles: new Set() } } as unknown as FhirDeps
  const party = { name: 'source-patient', id: 'a', identifiers: [] }
  const request = { does: 'merge', source: party, target: party, preview: true } as const
  const done = await mergePatients(deps, { actor: 'Practitioner/1', requestId: 'r' }, request)
  return done.ok ? 'done' : done.failure.code
}

test.each([
  ['a scope for Patient alone', [rule('Patient', 'cruds')]],
  ['a scope that only reads and searches', [rule('*', 'rs')]],
  ['a scope of one patient', [rule('*', 'cruds', { patient: 'a' })]],
  ['a granular scope', [rule('*', 'cruds', { query: [['status', 'active']] })]],
  ['no scope', []],
])('%s merges nobody, previews nothing, and learns nothing of whom there is', async (_name, rules) => {
  expect(await codeFor(...rules)).toBe('access-denied')
})

test('scopes for every type, without a query, do', async () => {
  await expect(codeFor(rule('*', 'crus'))).rejects.toThrow()
})
