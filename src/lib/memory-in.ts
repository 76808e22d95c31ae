/** What is remembered of each object, for as long as that lives. */
interface Memory<K extends object, V> {
  readonly get: (key: K) => V | undefined
  readonly set: (key: K, value: V) => void
}

/**
 * A WeakMap for what is short-lived: it keeps its values in the objects themselves, where no code sees them (as a private
 * name) and no copy takes them along. What can't be extended has a WeakMap after all.
 *
 * NOTE: collecting young objects, V8 takes the values of a WeakMap that is old for living. What was remembered of the
 * objects of one message was copied twice so, with all that it refers to, and stayed until the next full collection.
 */
export function memoryIn<K extends object, V>(): Memory<K, V> {
  let closed: WeakMap<object, V> | undefined

  class Holder extends Given {
    #value: V

    constructor(key: object, value: V) {
      super(key)
      this.#value = value
    }

    static get(key: object): V | undefined {
      return #value in key ? key.#value : closed?.get(key)
    }

    static set(key: object, value: V): void {
      const holder = #value in key ? key : Object.isExtensible(key) ? new Holder(key, value) : undefined
      if (holder) holder.#value = value
      else (closed ??= new WeakMap()).set(key, value)
    }
  }

  return Holder
}

/** A constructor that gives what it is given, so that private names of a subclass are put into that. */
const Given = function given(value: object): object {
  return value
} as unknown as new (value: object) => object
