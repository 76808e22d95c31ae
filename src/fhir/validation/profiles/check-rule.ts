import { isNode, type Node } from '../scope.ts'
import { typeRule } from '../type-rules.ts'
import { answered } from './answers.ts'
import { boundBy } from './bound-codes.ts'
import { checkValue } from './check-values.ts'
import { holdsFor } from './fhirpath-engine.ts'
import { itemsOf, objectOf, rootItem, typeOfItem } from './items.ts'
import { isOfSlice, type MatchFrame } from './match-slice.ts'
import { note, type ProfileScope } from './profile-scope.ts'
import type { Item, Profile, Rule, Slicing, TargetRule } from './rule.ts'
import { coreType } from './structure-definition.ts'
import { resolved, targetTypeOf } from './targets.ts'

/** Checks a resource, or one value of an element, against a rule and everything below it. */
function checkItem(rule: Rule, item: Item, scope: ProfileScope): void {
  checkValue(rule, item, scope)
  checkResourceType(rule, item, scope)
  if (rule.targets) checkTarget(rule.targets, item, scope)
  if (rule.profiles.size > 0) checkTypeProfiles(rule, item, scope)
  for (const constraint of rule.constraints) checkConstraint(constraint, rule, item, scope)
  const object = objectOf(item)
  const type = typeOfItem(item)
  for (const { children } of rule.like ? [rule, rule.like] : [rule]) {
    for (const child of children) {
      scope.path.push(child.name)
      checkElement(child, object ? itemsOf(object, type, child) : [], scope)
      scope.path.pop()
    }
  }
}

function checkElement(rule: Rule, items: readonly Item[], scope: ProfileScope): void {
  checkCount(rule, items.length, scope)
  for (const item of items) {
    within(item, scope, () => {
      if (rule.allowed && !rule.allowed.has(item.property.key)) {
        const types = [...rule.types].join(', ')
        note(scope, { code: 'structure', text: `The type of ${rule.name}[x] must be one of ${types}` })
      } else checkItem(rule, item, scope)
    })
  }
  if (rule.slicing) checkSlices(rule, rule.slicing, items, scope)
}

function checkCount({ min = 0, max, name, slice }: Rule, count: number, scope: ProfileScope): void {
  const what = slice === undefined ? name : `${name}, slice ${slice},`
  if (count < min) {
    const text = min === 1 ? `${what} is required` : `${what} is required at least ${min} times`
    note(scope, { code: 'required', text })
  } else if (max !== undefined && count > max) {
    const text = max === 0 ? `${what} may not be there` : `${what} may be there at most ${max} times`
    note(scope, { code: 'structure', text })
  }
}

function within(item: Item, scope: ProfileScope, check: () => void): void {
  if (item.index < 0) return check()
  scope.path.push(item.index)
  check()
  scope.path.pop()
}

/** http://hl7.org/fhir/R4/profiling.html#slicing */
function checkSlices({ slices }: Rule, slicing: Slicing, items: readonly Item[], scope: ProfileScope): void {
  const named = slices.filter(({ slice }) => slice !== '@default')
  const rest = slices.find(({ slice }) => slice === '@default')
  const bySlice = new Map<Rule, Item[]>(slices.map(slice => [slice, []]))
  let [last, isPast] = [-1, false]
  for (const item of items) {
    const frame = frameOf(scope)
    const at = named.findIndex(slice => isOfSlice(slice, slicing, item, frame))
    const slice = named[at] ?? rest
    if (slice) bySlice.get(slice)?.push(item)
    const fault = placeFault(slicing, {
      isSliced: slice !== undefined,
      isEarlier: at >= 0 && at < last,
      isPast,
    })
    if (fault !== undefined) within(item, scope, () => note(scope, { code: 'structure', text: fault }))
    if (at >= 0) last = at
    else isPast = true
  }
  for (const [slice, own] of bySlice) {
    checkCount(slice, own.length, scope)
    for (const item of own) within(item, scope, () => checkItem(slice, item, scope))
    if (slice.slicing) checkSlices(slice, slice.slicing, own, scope)
  }
}

function placeFault(
  { rules, ordered }: Slicing,
  {
    isSliced,
    isEarlier,
    isPast,
  }: { readonly isSliced: boolean; readonly isEarlier: boolean; readonly isPast: boolean },
): string | undefined {
  if (!isSliced) return rules === 'closed' ? 'Is none of the slices, and others may not be there' : undefined
  if (ordered && isEarlier) return 'Stands after a slice that must come later'
  return isPast && rules === 'openAtEnd' ? 'Stands after what must come last: items of no slice' : undefined
}

const frameOf = (scope: ProfileScope): MatchFrame => ({
  scope,
  meets: (rule, item) => passes(scope, inner => checkItem(rule, item, inner)),
  meetsProfile: (canonical, item) => {
    const profile = scope.definitions.profile(canonical)
    return profile && meets(profile, item, scope)
  },
})

/** True when a check finds no error; what it finds isn't noted. */
function passes(scope: ProfileScope, check: (inner: ProfileScope) => void): boolean {
  const inner: ProfileScope = { ...scope, issues: [], path: [] }
  check(inner)
  return !inner.issues.some(({ severity }) => severity === 'error')
}

/** True when a value or resource meets a profile. */
function meets(profile: Profile, item: Item, scope: ProfileScope): boolean {
  const { value } = item
  if (!isNode(value) || profile.type !== typeOfItem(item)) return false
  return answered(scope.answers, value, profile.name, () =>
    passes(scope, inner => checkProfile(profile, item, inner)),
  )
}

/** Checks a resource or data type against a profile of its own. */
export function checkProfile(profile: Profile, item: Item, scope: ProfileScope): void {
  const { value } = item
  const own =
    isNode(value) && typeof value['resourceType'] === 'string'
      ? { resource: value, ...rootOf(value, scope) }
      : {}
  checkItem(profile.root, item, { ...scope, profile, ...own })
}

const rootOf = (resource: Node, { root }: ProfileScope): { readonly root: Node } => ({
  root: Array.isArray(root['contained']) && root['contained'].includes(resource) ? root : resource,
})

function checkResourceType({ types }: Rule, item: Item, scope: ProfileScope): void {
  if (item.property.type !== 'Resource' || types.size === 0 || types.has('Resource')) return
  if (!types.has(typeOfItem(item))) {
    note(scope, { code: 'structure', text: `The resource must be one of ${[...types].join(', ')}` })
  }
}

function checkTarget({ types, profiles }: TargetRule, { value }: Item, scope: ProfileScope): void {
  const type = targetTypeOf(value, scope)
  if (type === undefined) return
  if (types && !types.has(type)) {
    return note(scope, {
      code: 'value',
      text: `May point to ${[...types].join(', ')} only`,
      child: 'reference',
    })
  }
  const target = profiles.length > 0 ? resolved(value, scope) : undefined
  if (!target) return
  const item = rootItem(target, type)
  const isMet = profiles.some(url => {
    if (coreType(url) !== undefined) return coreType(url) === type || coreType(url) === 'Resource'
    const profile = scope.definitions.profile(url)
    return !profile || meets(profile, item, scope)
  })
  if (isMet) return
  note(scope, {
    code: 'value',
    text: `The resource that it points to meets none of ${profiles.join(', ')}`,
    child: 'reference',
  })
}

function checkTypeProfiles({ profiles }: Rule, item: Item, scope: ProfileScope): void {
  const urls = profiles.get(typeOfItem(item)) ?? []
  const { value } = item
  // The definition of an extension is checked wherever the extension stands, not only where a profile names it.
  if (urls.length === 0 || (isNode(value) && urls.some(url => url.replace(/\|.*/, '') === value['url'])))
    return
  const found = urls.flatMap(url => scope.definitions.profile(url) ?? [])
  if (found.length < urls.length) return
  const [only, other] = found
  if (only && !other) return checkProfile(only, item, scope)
  if (!found.some(profile => meets(profile, item, scope))) {
    note(scope, { code: 'value', text: `Meets none of ${urls.join(', ')}` })
  }
}

function checkConstraint(
  { key, human, severity, expression }: Rule['constraints'][number],
  { name }: Rule,
  item: Item,
  scope: ProfileScope,
): void {
  const { value, sibling, parent, index, property } = item
  // Only from its parent can a primitive be seen with its extensions; a number by itself the library doesn't take.
  const isApart = property.isPrimitive && (sibling !== undefined || typeof value !== 'string')
  const asked = isApart
    ? `${name}${index < 0 ? '' : `.skip(${index}).take(1)`}.all(${expression})`
    : expression
  const type = typeRule(isApart ? item.parentType : typeOfItem(item)).name
  const answer = holdsFor(isApart ? parent : value, type, asked, {
    ...{ resource: scope.resource, root: scope.root },
    resolve: reference => resolved(reference, scope) ?? stubOf(reference, scope),
    isIn: (coded, valueSet) => {
      const bound = boundBy(coded, valueSet, scope.definitions)
      return bound === 'unknown' ? undefined : bound === 'in'
    },
  })
  if (answer === false) note(scope, { severity, code: 'invariant', text: `${key}: ${human}` })
  else if (answer === undefined) {
    const text = `Constraint ${key} can't be evaluated here: ${human}`
    note(scope, { severity: 'information', code: 'not-supported', text })
  }
}

/** Of a target that isn't at hand, what its reference says: enough for `resolve() is Patient`. */
function stubOf(reference: unknown, scope: ProfileScope): Node | undefined {
  const type = targetTypeOf(isNode(reference) ? reference : { reference }, scope)
  return type === undefined ? undefined : { resourceType: type }
}
