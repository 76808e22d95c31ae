import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../scripts/services/service.ts'
import { failureKinds } from '../../src/lib/result.ts'

/**
 * Every code of a Failure that src/ can make, read from the source: the literal beside a failure kind, and the literals
 * given to a helper that takes `code: string`, with a kind of its own or one that it is given.
 */
export function failureCodes(): ReadonlySet<string> {
  const texts = globSync('src/**/*.ts', { cwd: projectRoot }).map(file =>
    readFileSync(join(projectRoot, file), 'utf8'),
  )
  return new Set(
    texts.flatMap(text => [
      ...besideKind(text),
      ...throughHelpers(text),
      ...reasonsToIgnore(text),
      ...storeFaults(text),
    ]),
  )
}

function besideKind(text: string): readonly string[] {
  return [...text.matchAll(/kind:\s*'([a-z-]+)',\s*code:\s*'([a-z0-9-]+)'/g)]
    .filter(([, kind = '']) => Object.hasOwn(failureKinds, kind))
    .map(([, , code = '']) => code)
}

/** Helpers: `function refuse(code: string, ...)` or `const refuse = (code: string, ...)`, and what they are called with. */
function throughHelpers(text: string): readonly string[] {
  if (!/kind(?::\s*'[a-z-]+')?,\s*code,/.test(text)) return []
  const helpers = [
    ...text.matchAll(/(?:function\s+(\w+)\s*|const\s+(\w+)\s*=\s*)\(([^)]*?(?:\([^)]*\)[^)]*?)*)\)/g),
  ]
    .filter(([, , , parameters = '']) => /\bcode: string/.test(parameters))
    .map(([, one, other]) => one ?? other ?? '')
  return helpers.flatMap(helper =>
    [...text.matchAll(new RegExp(`(?<!function )\\b${helper}\\(`, 'g'))]
      .map(({ index }) => callAt(text, index))
      .flatMap(call => [...call.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)+)'/g)].map(([, code = '']) => code))
      .filter(code => !Object.hasOwn(failureKinds, code)),
  )
}

/** Why a message is recorded without an effect: `{ kind: 'ignored', reason: ... }`. */
function reasonsToIgnore(text: string): readonly string[] {
  return [...text.matchAll(/kind: 'ignored',[^}]*reason:([^}]*)\}/g)].flatMap(([, reason = '']) =>
    [...reason.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)+)'/g)].map(([, code = '']) => code),
  )
}

/** The faults of the database, which are thrown: the union `StoreFaultCode`. */
function storeFaults(text: string): readonly string[] {
  const [, union = ''] = /export type StoreFaultCode =([^;]*?)\n\n/.exec(text) ?? []
  return [...union.matchAll(/\| '([a-z-]+)'/g)].map(([, code = '']) => code)
}

/** The text of a call from its name to its closing parenthesis. */
function callAt(text: string, from: number): string {
  let depth = 0
  for (let at = text.indexOf('(', from); at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return text.slice(from, at)
  }
  return text.slice(from)
}
