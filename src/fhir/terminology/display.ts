import type { Concept } from './code-system.ts'

/** What a code is called: its display, and its other names as `{ language, use, value }`. */
export type Called = Partial<Pick<Concept, 'display' | 'designations'>>

interface Designation {
  readonly language?: unknown
  readonly value?: unknown
}

/**
 * The name of a code in the language that is asked for (BCP 47): a designation in it, else one in a language that it is a
 * part of or that is a part of it (`de-CH` and `de`), else its display.
 * Source: http://hl7.org/fhir/R4/valueset-operation-expand.html, displayLanguage
 */
export function displayIn(
  { display, designations = [] }: Called,
  language: string | undefined,
): string | undefined {
  if (language === undefined) return display
  const wanted = language.toLowerCase()
  const named = (designations as readonly Designation[]).flatMap(one =>
    typeof one.value === 'string' && typeof one.language === 'string'
      ? [{ value: one.value, language: one.language.toLowerCase() }]
      : [],
  )
  const exact = named.find(one => one.language === wanted)
  const near = named.find(
    one => one.language.startsWith(`${wanted}-`) || wanted.startsWith(`${one.language}-`),
  )
  return (exact ?? near)?.value ?? display
}

/** True when a text is one of the names of a code, in whatever language; capitals make no difference. */
export function isCalled({ display, designations = [] }: Called, text: string): boolean {
  const others = (designations as readonly Designation[]).map(({ value }) => value)
  const wanted = text.toLowerCase()
  return [display, ...others].some(name => typeof name === 'string' && name.toLowerCase() === wanted)
}
