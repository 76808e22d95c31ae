import { textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'

/**
 * States that are native statuses themselves: no extension is needed. `meanings` says what the native statuses are that
 * the noun doesn't tell apart; what is in neither counts as the second state of the list, the regular one.
 */
export function plainStates<S extends string>(
  states: readonly [S, S, ...S[]],
  meanings: Readonly<Record<string, NoInfer<S>>>,
): Slot<S> {
  const isState = (status: string): status is S => (states as readonly string[]).includes(status)
  return {
    get: resource => {
      const status = textOf(resource['status']) ?? ''
      return isState(status) ? status : (meanings[status] ?? states[1])
    },
    set: (resource, state) => withElement(resource, 'status', state),
  }
}
