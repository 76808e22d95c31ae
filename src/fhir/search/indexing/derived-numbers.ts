/**
 * Numbers in index rows for what one search parameter is asked in other ways than by its value. The parameters of R4 are
 * numbered from 1 to 1,378 and our own from 20,001 to 21,999 (own-parameters.ts), so the ranges never meet; stored, so they never change.
 */
type Parameter = { readonly number: number }

/** `:identifier` of a reference: Reference.identifier as a token. */
export const identifierNumber = ({ number }: Parameter): number => number + 2_000

/** `:of-type` of a token on identifiers: rows whose value is `ofTypeValue`, without a system. */
export const ofTypeNumber = ({ number }: Parameter): number => number + 4_000

/** `:text` of a token (R4 has none of a reference): rows as of a string (folded value, the text as written beside it). */
export const textNumber = ({ number }: Parameter): number => number + 6_000

/** Of a position: the latitude stands under the parameter itself. */
export const longitudeNumber = ({ number }: Parameter): number => number + 8_000

/** Of a reference: what the contained resource that it leads to is found by (index-contained.ts). */
export const containedNumber = ({ number }: Parameter): number => number + 10_000

/** What a search `system|code|value` with `:of-type` compares; bounded like every value. */
export const ofTypeValue = (system: string, code: string, value: string): string =>
  `${system}|${code}|${value}`
