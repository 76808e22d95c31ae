import { isRawNumber } from '../../../lib/json.ts'
import { isAfter } from '../invariants/instants.ts'
import { isNode } from '../scope.ts'
import { boundBy } from './bound-codes.ts'
import { note, type ProfileScope } from './profile-scope.ts'
import type { Binding, Item, Rule } from './rule.ts'
import { isLike, isSame } from './same-value.ts'

/** What a rule asks of a value by itself: fixed and pattern, least and most, length, binding. */
export function checkValue(rule: Rule, { value }: Item, scope: ProfileScope): void {
  if (value === undefined) return
  const { fixed, pattern, minValue, maxValue, maxLength, binding } = rule
  if (fixed !== undefined && !isSame(value, fixed)) {
    note(scope, { code: 'value', text: `Must be ${shown(fixed)}` })
  }
  if (pattern !== undefined && !isLike(value, pattern)) {
    note(scope, { code: 'value', text: `Must have ${shown(pattern)}` })
  }
  if (minValue !== undefined && isMore(minValue, value)) {
    note(scope, { code: 'value', text: `Must be at least ${shown(minValue)}` })
  }
  if (maxValue !== undefined && isMore(value, maxValue)) {
    note(scope, { code: 'value', text: `Must be at most ${shown(maxValue)}` })
  }
  if (maxLength !== undefined && typeof value === 'string' && charactersOf(value) > maxLength) {
    note(scope, { code: 'too-long', text: `Must have at most ${maxLength} characters` })
  }
  if (binding) checkBinding(binding, value, scope)
}

function checkBinding({ strength, valueSet }: Binding, value: unknown, scope: ProfileScope): void {
  const bound = boundBy(value, valueSet, scope.definitions)
  if (strength === 'required') {
    if (bound === 'out' || bound === 'uncoded') {
      note(scope, { code: 'code-invalid', text: `Must be coded with the value set ${valueSet}` })
    } else if (bound === 'unknown') {
      const text = `Whether the code is in the value set ${valueSet} can't be told: it, or a code system of it, is not loaded`
      note(scope, { severity: 'information', code: 'not-supported', text })
    }
  } else if (bound === 'out') {
    const text = `No code of the value set ${valueSet}, which is ${strength}`
    note(scope, {
      ...{ code: 'code-invalid', text },
      severity: strength === 'extensible' ? 'warning' : 'information',
    })
  }
}

/** Unicode characters, as FHIR counts them, not code units. */
const charactersOf = (text: string): number =>
  text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0)

const SHOWN_MAX = 300

/** What the profile says, never what the resource does. */
function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text
}

/** Certainly more: of another kind or unit nothing can be told. */
function isMore(value: unknown, other: unknown): boolean {
  const [left, right] = [numberOf(value), numberOf(other)]
  if (left !== undefined && right !== undefined) return left > right
  if (typeof value === 'string' && typeof other === 'string') return isAfter(value, other)
  if (!isNode(value) || !isNode(other)) return false
  return value['code'] === other['code'] && isMore(value['value'], other['value'])
}

const numberOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}
