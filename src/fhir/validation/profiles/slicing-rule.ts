import { discriminatorSteps } from './discriminator-path.ts'
import type { ElementNode } from './element-tree.ts'
import type { Discriminator, Slicing } from './rule.ts'

const kinds: Readonly<Record<string, Discriminator['type']>> = {
  value: 'value',
  // The same question: what the slice asks of the element is its value, whole or in part.
  pattern: 'value',
  exists: 'exists',
  type: 'type',
  profile: 'profile',
}

/**
 * How the items of an element are told apart; a differential that doesn't say it means the only ways there can be: extensions
 * by url, a choice of types by type. What can't be read is a gap of the profile, and its slices match nothing.
 */
export function slicingOf(
  { id, name, definition, slices }: ElementNode,
  gaps: Set<string>,
): { readonly slicing?: Slicing } {
  const { slicing } = definition
  if (!slicing && slices.length === 0) return {}
  const given = slicing?.discriminator ?? impliedBy(id, name)
  const discriminators: Discriminator[] = []
  for (const { type, path } of given) {
    const [kind, steps] = [kinds[type], discriminatorSteps(path)]
    if (kind === undefined || !steps)
      gaps.add(`the slices of ${id} can't be told apart (discriminator ${type})`)
    else discriminators.push({ type: kind, steps })
  }
  if (given.length === 0 && slices.length > 0) gaps.add(`the slices of ${id} have no discriminator`)
  if (discriminators.length < given.length) return {}
  const { rules, ordered = false } = slicing ?? {}
  return {
    slicing: {
      ...{ discriminators, ordered },
      rules: rules === 'closed' || rules === 'openAtEnd' ? rules : 'open',
    },
  }
}

function impliedBy(id: string, name: string): readonly { readonly type: string; readonly path: string }[] {
  if (name === 'extension' || name === 'modifierExtension') return [{ type: 'value', path: 'url' }]
  return id.endsWith('[x]') ? [{ type: 'type', path: '$this' }] : []
}
