import { isNode } from '../scope.ts'
import { boundBy } from './bound-codes.ts'
import type { Step } from './discriminator-path.ts'
import { itemsOf, objectOf, rootItem, typeOfItem } from './items.ts'
import type { ProfileScope } from './profile-scope.ts'
import type { Discriminator, Item, Rule, Slicing } from './rule.ts'
import { isLike, isSame } from './same-value.ts'
import { resolved, targetTypeOf } from './targets.ts'

/** What telling slices apart may ask of the check. */
export interface MatchFrame {
  readonly scope: ProfileScope
  /** True when an element meets a rule. */
  readonly meets: (rule: Rule, item: Item) => boolean
  /** True when a resource or data type meets a profile; undefined when that isn't loaded. */
  readonly meetsProfile: (canonical: string, item: Item) => boolean | undefined
}

/**
 * Whether an item belongs to a slice: what the slice says at the path of each discriminator holds of the item
 * (http://hl7.org/fhir/R4/profiling.html#discriminator). A discriminator that the slice says nothing about tells nothing.
 */
export function isOfSlice(slice: Rule, { discriminators }: Slicing, item: Item, frame: MatchFrame): boolean {
  const answers = discriminators.map(each => answerOf(each, each.steps, slice, { item, frame }))
  return anyOf(answers) === true && answers.every(answer => answer !== false)
}

/** Undefined = the slice says nothing there. */
type Answer = boolean | undefined

interface At {
  readonly item: Item
  readonly frame: MatchFrame
}

const anyOf = (answers: readonly Answer[]): Answer =>
  answers.includes(true) ? true : answers.includes(false) ? false : undefined

function answerOf(discriminator: Discriminator, steps: readonly Step[], rule: Rule, at: At): Answer {
  const [step, ...rest] = steps
  if (!step) return atEnd(discriminator, rule, at)
  if (step.kind === 'resolve') return afterResolve(discriminator, rest, rule, at)
  if (step.kind === 'of-type') {
    if (typeOfItem(at.item) !== step.type) return false
    const rules = [rule, ...rule.slices.filter(({ types }) => types.has(step.type))]
    return anyOf(rules.map(each => answerOf(discriminator, rest, each, at)))
  }
  if (step.kind === 'extension') return ofExtension(step.url, discriminator, rest, { ...at, rule })
  return ofChild(step.name, discriminator, rest, { ...at, rule })
}

interface AtRule extends At {
  readonly rule: Rule
}

function ofChild(name: string, discriminator: Discriminator, rest: readonly Step[], at: AtRule): Answer {
  const { item, rule, frame } = at
  const object = objectOf(item)
  const children = childrenNamed(name, at)
  if (children.length === 0) {
    const urls = name === 'url' ? [...rule.profiles.values()].flat() : []
    return urls.length === 0 ? undefined : urls.some(url => url.replace(/\|.*/, '') === object?.['url'])
  }
  return anyOf(
    children.map(child => {
      const items = object ? itemsOf(object, typeOfItem(item), child) : []
      if (discriminator.type === 'exists' && rest.length === 0) return presence(child, items.length > 0)
      if (items.length === 0) return saysAnything(child) ? false : undefined
      const rules = [child, ...child.slices]
      return anyOf(
        items.flatMap(each => rules.map(own => answerOf(discriminator, rest, own, { item: each, frame }))),
      )
    }),
  )
}

/** Rules of a child: of the slice itself, and of the profile that its type has. */
function childrenNamed(name: string, { rule, item, frame }: AtRule): readonly Rule[] {
  const own = [...rule.children, ...(rule.like?.children ?? [])].filter(child => child.name === name)
  if (own.length > 0) return own
  const profiles = (rule.profiles.get(typeOfItem(item)) ?? []).flatMap(
    url => frame.scope.definitions.profile(url) ?? [],
  )
  return profiles.flatMap(({ root }) => root.children.filter(child => child.name === name))
}

const saysAnything = ({ fixed, pattern, binding, children, slices, types }: Rule): boolean =>
  fixed !== undefined ||
  pattern !== undefined ||
  binding !== undefined ||
  children.length + slices.length + types.size > 0

const presence = ({ min = 0, max }: Rule, isThere: boolean): Answer =>
  min > 0 ? isThere : max === 0 ? !isThere : undefined

function ofExtension(url: string, discriminator: Discriminator, rest: readonly Step[], at: AtRule): Answer {
  const { item, frame } = at
  const rule = childrenNamed('extension', at)
    .flatMap(({ slices }) => slices)
    .find(slice => [...slice.profiles.values()].flat().includes(url) || fixedUrl(slice) === url)
  const object = objectOf(item)
  if (!rule) return undefined
  const items = object
    ? itemsOf(object, typeOfItem(item), rule).filter(({ value }) => isNode(value) && value['url'] === url)
    : []
  if (discriminator.type === 'exists' && rest.length === 0) return presence(rule, items.length > 0)
  if (items.length === 0) return false
  return anyOf(items.map(each => answerOf(discriminator, rest, rule, { item: each, frame })))
}

const fixedUrl = ({ children }: Rule): unknown => children.find(({ name }) => name === 'url')?.fixed

function afterResolve(
  discriminator: Discriminator,
  rest: readonly Step[],
  rule: Rule,
  { item, frame }: At,
): Answer {
  const { targets } = rule
  if (!targets) return undefined
  const { scope } = frame
  const type = targetTypeOf(item.value, scope)
  if (discriminator.type === 'type' && rest.length === 0) {
    return targets.types && (type === undefined ? false : targets.types.has(type))
  }
  const target = resolved(item.value, scope)
  if (!target || type === undefined) return false
  const there = rootItem(target, type)
  if (rest.length === 0) return anyOf(targets.profiles.map(url => frame.meetsProfile(url, there)))
  const profiles = targets.profiles.flatMap(url => scope.definitions.profile(url) ?? [])
  return anyOf(profiles.map(({ root }) => answerOf(discriminator, rest, root, { item: there, frame })))
}

function atEnd({ type }: Discriminator, rule: Rule, { item, frame }: At): Answer {
  if (type === 'exists') return true
  if (type === 'type') return rule.types.size === 0 ? undefined : rule.types.has(typeOfItem(item))
  if (type === 'profile') {
    const urls = rule.profiles.get(typeOfItem(item)) ?? []
    return anyOf(urls.map(url => frame.meetsProfile(url, item)))
  }
  const { fixed, pattern, binding, children, slices } = rule
  if (fixed !== undefined) return isSame(item.value, fixed)
  if (pattern !== undefined) return isLike(item.value, pattern)
  if (binding?.strength === 'required') {
    return boundBy(item.value, binding.valueSet, frame.scope.definitions) === 'in'
  }
  return children.length + slices.length > 0 ? frame.meets(rule, item) : undefined
}
