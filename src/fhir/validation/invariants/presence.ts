import { has, hasAny, type Check } from './values.ts'

/** At least one of the elements is there. */
export const oneOrOther =
  (...names: readonly string[]): Check =>
  node =>
    hasAny(node, ...names)

/** Not both elements are there. */
export const notBoth =
  (a: string, b: string): Check =>
  node =>
    !has(node, a) || !has(node, b)

/** The first element is there only together with the other. */
export const needs =
  (element: string, other: string): Check =>
  node =>
    !has(node, element) || has(node, other)
