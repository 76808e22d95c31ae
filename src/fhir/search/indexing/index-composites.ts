import { fail, ok, type Result } from '../../../lib/result.ts'
import type { IndexComposite } from './index-entry.ts'
import { numbersOf, quantitiesOf } from './index-numbers.ts'
import { intervalsOf, referencesOf, stringsOf, tokensOf } from './index-values.ts'
import { compileComponent, compilePath, type PathWalk } from '../path.ts'

type Fields = Partial<Omit<IndexComposite, 'parameter'>>
type Emit = (fields: Fields & Pick<IndexComposite, 'value' | 'canonical'>) => void

/** Calls `emit` with every combination of component values that stand in one element of a resource. */
export type CompositeWalk = (resource: unknown, base: string | undefined, emit: Emit) => void

interface Component {
  readonly walk: PathWalk
  /** Its expression begins at `%resource`, not at the element. */
  readonly fromResource: boolean
  readonly fields: (element: unknown, base?: string) => readonly Fields[]
}

/** A code with a thousand codings, and a value with as many, would be a million rows. */
const COMBINATIONS_MAX = 1_000

/**
 * A composite parameter (http://hl7.org/fhir/R4/search.html#composite) for one type: a token, then a token, reference, string, date,
 * number or quantity, then perhaps a number: what the 46 of R4 are made of. `types` are those of the parameters that define them.
 */
export function compileComposite(
  parameter: {
    readonly expression?: string
    readonly component?: readonly { readonly expression: string }[]
  },
  type: string,
  types: readonly (string | undefined)[],
): Result<CompositeWalk> {
  const { expression = '', component = [] } = parameter
  const elements = compilePath(expression, type, 'composite')
  if (!elements.ok) return elements
  const made: Component[] = []
  for (const [index, { expression: part }] of component.entries()) {
    const fields = fieldsAt(index, types[index])
    if (!fields) return refuse(expression)
    const compiled = compileComponent(part, type, types[index] ?? '')
    if (!compiled.ok) return compiled
    made.push({ ...compiled.value, fields })
  }
  return made.length < 2 ? refuse(expression) : ok(walkOf(elements.value, made))
}

const refuse = (expression: string): Result<never> =>
  fail({
    kind: 'unsupported',
    code: 'expression-not-supported',
    message: `its components can't be indexed together: ${expression}`,
  })

const second: Readonly<Record<string, Component['fields']>> = {
  token: element => tokensOf(element).map(asSecond),
  string: element => stringsOf(element).map(asSecond),
  reference: (element, base) => referencesOf(element, base).map(asSecond),
  date: element => intervalsOf(element),
  number: element => numbersOf(element).map(({ low, high }) => ({ low, high })),
  quantity: element =>
    quantitiesOf(element).map(({ low, high, system, code, unit, canonical }) => ({
      ...{ low, high, canonical },
      ...(code !== undefined && { value2: code }),
      ...(system !== undefined && { system2: system }),
      ...(unit !== undefined && { unit }),
    })),
}

function fieldsAt(index: number, type: string | undefined): Component['fields'] | undefined {
  if (index === 0) return type === 'token' ? tokensOf : undefined
  if (index === 1) return type === undefined ? undefined : second[type]
  if (index > 2 || type !== 'number') return undefined
  return element => numbersOf(element).map(({ low, high }) => ({ low2: low, high2: high }))
}

const asSecond = ({ value, system }: { readonly value: string; readonly system?: string }): Fields => ({
  value2: value,
  ...(system !== undefined && { system2: system }),
})

const walkOf =
  (elements: PathWalk, components: readonly Component[]): CompositeWalk =>
  (resource, base, emit) => {
    elements(resource, element => {
      let rows: readonly Fields[] = [{}]
      for (const { walk, fromResource, fields } of components) {
        const found: Fields[] = []
        walk(fromResource ? resource : element, value => found.push(...fields(value, base)))
        rows = rows.flatMap(row => found.map(more => ({ ...row, ...more }))).slice(0, COMBINATIONS_MAX)
      }
      for (const { value, canonical = false, ...row } of rows) {
        if (value !== undefined) emit({ ...row, value, canonical })
      }
    })
  }
