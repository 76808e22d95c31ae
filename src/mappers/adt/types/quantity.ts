import type { Quantity, Range, Ratio } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { codeSystem } from '../codes.ts'
import { element, valued } from '../resources/element.ts'
import { decimal } from '../maps/row-values.ts'
import type { Scene } from '../rows.ts'

export type Unit = Pick<Quantity, 'unit' | 'system' | 'code'>

/** CWE of a unit; only one whose system is known has a code (qty-3). Source: IG CWE[Quantity]. */
export function cweToUnit(cwe: Repetition | undefined, { context }: Scene): Unit {
  const code = cwe && valued(cwe, 1)
  const unit = (cwe && valued(cwe, 2)) ?? code
  const system = cwe && codeSystem(valued(cwe, 3), context)
  return {
    ...(unit !== undefined && { unit }),
    ...(code !== undefined && system !== undefined && { system, code: code.replaceAll(/\s+/g, '') }),
  }
}

/** NM with the unit beside it. Source: IG NM[Quantity]. */
export function nmToQuantity(nm: string | undefined, unit: Unit, scene: Scene): Quantity | undefined {
  const value = decimal(nm, scene)
  return value === undefined ? undefined : { value, ...unit }
}

/** Comparators of SN.1 that FHIR has; `=` is none, anything else makes the whole a text. */
const COMPARATORS: ReadonlySet<string> = new Set(['<', '<=', '>', '>='])

type SnValue =
  | { readonly valueQuantity: Quantity }
  | { readonly valueRange: Range }
  | { readonly valueRatio: Ratio }
  | { readonly valueString: string }

/**
 * SN as the Quantity, Range or Ratio that it stands for, else as text (`>100`, `1^:^128`, `2^-^3`, `2^+`). Source: IG
 * SN[Quantity], SN[Range], SN[Ratio].
 */
export function snToValue(sn: Repetition, unit: Unit, scene: Scene): SnValue | undefined {
  const [comparator, first, separator, second] = [1, 2, 3, 4].map(component => valued(sn, component))
  const [low, high] = [nmToQuantity(first, unit, scene), nmToQuantity(second, unit, scene)]
  const isPlain = comparator === undefined || comparator === '='
  if (isPlain && (separator === ':' || separator === '/') && low && high)
    return { valueRatio: { numerator: low, denominator: high } }
  if (isPlain && separator === '-' && low && high) return { valueRange: { low, high } }
  if (separator === undefined && low && isPlain) return { valueQuantity: low }
  if (separator === undefined && low && comparator !== undefined && COMPARATORS.has(comparator))
    return { valueQuantity: { ...low, comparator: comparator as '<' } }
  const said = [comparator, first, separator, second, unit.unit].filter(part => part !== undefined)
  return said.length > 0 ? { valueString: said.join(' ') } : undefined
}

/** NR, also as the text of OBX-7: `70-80`. Source: IG NR[Range]. */
export function toRange(
  low: string | undefined,
  high: string | undefined,
  unit: Unit,
  scene: Scene,
): Range | undefined {
  return element<Range>({ low: nmToQuantity(low, unit, scene), high: nmToQuantity(high, unit, scene) })
}
