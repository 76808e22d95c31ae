import { memoryIn } from './memory-in.ts'

/** How a list differs from the one that it was made of. */
export interface ListChange<T> {
  readonly replaced: readonly { readonly index: number; readonly was: T; readonly is: T }[]
  /** What stands behind all that was there. */
  readonly added: readonly T[]
}

/** What is computed of a list, as a whole or of what it was for the list that this one was made of. */
export interface ListReading<T, R> {
  readonly whole: (list: readonly T[]) => R
  /** Must give what `whole` would of the list; undefined where the change is too great for it. */
  readonly patched: (
    was: R,
    change: ListChange<T>,
    lists: { readonly base: readonly T[]; readonly list: readonly T[] },
  ) => R | undefined
}

const bases = new WeakMap<readonly unknown[], readonly unknown[]>()

/**
 * Gives the list, known from now on as another one with some elements replaced, each by one of the same key, and some
 * added at its end: what was read of that one need not be read anew. Lists never change.
 */
export function madeOf<T>(list: readonly T[], base: readonly T[]): readonly T[] {
  if (list === base) return list
  const before = bases.get(base)
  // A longer chain would keep alive every list that ever was.
  if (before) bases.delete(before)
  bases.set(list, base)
  return list
}

/** A reading that is remembered as long as its list lives, and patched for lists that are made of others. */
export function rememberedReading<T, R>({ whole, patched }: ListReading<T, R>): (list: readonly T[]) => R {
  const known = new WeakMap<readonly T[], { readonly read: R }>()
  const patchedOf = (list: readonly T[]): R | undefined => {
    const base = bases.get(list) as readonly T[] | undefined
    const change = base && changeBetween(base, list)
    return base && change && patched(of(base), change, { base, list })
  }
  const of = (list: readonly T[]): R => {
    const seen = known.get(list)
    if (seen) return seen.read
    const read = patchedOf(list) ?? whole(list)
    known.set(list, { read })
    return read
  }
  return of
}

function changeBetween<T>(base: readonly T[], list: readonly T[]): ListChange<T> | undefined {
  if (list.length < base.length) return undefined
  const replaced: { index: number; was: T; is: T }[] = []
  for (let index = 0; index < base.length; index += 1) {
    const [was, is] = [base[index] as T, list[index] as T]
    if (was !== is) replaced.push({ index, was, is })
  }
  return { replaced, added: list.slice(base.length) }
}

/** What a function made for each object that it was asked about, kept as long as that lives. */
export function rememberedBy<K extends object, R>(make: (key: K) => R): (key: K) => R {
  const known = memoryIn<K, { readonly made: R }>()
  return key => {
    const seen = known.get(key)
    if (seen) return seen.made
    const made = make(key)
    known.set(key, { made })
    return made
  }
}
