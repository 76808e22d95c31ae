import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayDo } from '../../../src/fhir/smart/may-do.ts'
import { resourceScopes, rulesOf } from '../../../src/fhir/smart/scopes.ts'

const permissions = ['c', 'r', 'u', 'd', 's'] as const
const types = ['Patient', 'Observation', 'Task', '*'] as const
const scope = fc
  .record({
    level: fc.constantFrom('patient', 'user', 'system'),
    type: fc.constantFrom(...types),
    letters: fc.subarray([...permissions], { minLength: 1 }),
    query: fc.constantFrom('', '?_tag=x', '?nonsense=1', '?_count=5'),
  })
  .map(parts => ({ ...parts, text: `${parts.level}/${parts.type}.${parts.letters.join('')}${parts.query}` }))
const noise = fc.oneof(fc.string(), fc.constantFrom('openid', 'launch/patient', 'system/*.', 'user/Task.sr'))

test('what a token reaches is what some scope of it says, whatever else stands there', () => {
  fc.assert(
    fc.property(
      fc.array(scope),
      fc.array(noise),
      fc.option(fc.constant('7'), { nil: undefined }),
      (scopes, others, patient) => {
        const texts = [...scopes.map(({ text }) => text), ...others.filter(text => !text.includes('/'))]
        const rules = rulesOf(resourceScopes(texts), patient === undefined ? {} : { patient })
        const access = { rules, roles: new Set<string>() }
        for (const type of ['Patient', 'Observation', 'Task'] as const) {
          for (const permission of permissions) {
            const matching = scopes.filter(
              each =>
                (each.type === '*' || each.type === type) &&
                each.letters.includes(permission) &&
                !['?nonsense=1', '?_count=5'].includes(each.query) &&
                (each.level !== 'patient' || patient !== undefined),
            )
            const isWhole = matching.some(({ level, query }) => level !== 'patient' && query === '')
            expect(mayDo(access, type, permission)).toBe(
              isWhole ? 'all' : matching.length > 0 ? 'some' : 'none',
            )
          }
        }
      },
    ),
  )
})

test('any text is read without a fault, and gives at most the scope that it looks like', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      for (const found of resourceScopes([text, `system/Observation.rs?${text}`])) {
        expect(found.query === undefined || found.query.length > 0).toBe(true)
        if (text.includes('?') || found.type === 'Observation') expect(found.query).toBeDefined()
      }
    }),
  )
})
