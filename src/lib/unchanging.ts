import { isRawNumber } from './json.ts'

/** What was found out about a value that can't change, by what it was asked: it holds as long as the value lives. */
type Findings = { readonly question: unknown; finding: unknown }[]

const known = new WeakMap<object, Findings | undefined>()

/**
 * Freezes JSON with all that is in it and gives it back, so that it can be shared. What is found out about it and about
 * its elements (objects in it or in a list of it) can be taken down and need not be found out again.
 */
export function unchanging<T>(value: T): T {
  if (!isOpen(value)) return value
  known.set(value, undefined)
  for (const part of Object.values(value)) {
    if (typeof part !== 'object') continue
    for (const element of Array.isArray(part) ? part : [part])
      if (isOpen(element)) known.set(element, undefined)
    freeze(part)
  }
  return Object.freeze(value)
}

function freeze(value: unknown): void {
  if (!isOpen(value)) return
  for (const part of Object.values(value)) freeze(part)
  Object.freeze(value)
}

/** NOTE: what is frozen here is frozen whole, and raw numbers are frozen from the start. */
const isOpen = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !isRawNumber(value) && !Object.isFrozen(value)

/** What a question was found to come to for a value; undefined when nobody took that down. */
export function findingOf(value: object, question: unknown): unknown {
  const findings = known.get(value)
  if (findings !== undefined) for (const one of findings) if (one.question === question) return one.finding
  return undefined
}

/** Takes down what a question comes to for a value, if that is one that can't change. */
export function find(value: object, question: unknown, finding: unknown): void {
  if (!known.has(value)) return
  const findings = known.get(value)
  if (findings === undefined) {
    known.set(value, [{ question, finding }])
    return
  }
  const same = findings.find(one => one.question === question)
  if (same) same.finding = finding
  else findings.push({ question, finding })
}
