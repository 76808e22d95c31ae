import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../scripts/services/service.ts'
import { failureKinds } from '../../src/lib/result.ts'

/**
 * Every code of a note on a message, read from the source: what its reading finds odd (hl7v2), what can't be mapped
 * (`MappingIssue`), and literals `code:SEG-field` of verdicts and of the quality report.
 */
export function verdictFlags(): ReadonlySet<string> {
  return new Set([
    ...files('src/hl7v2/*.ts').flatMap(findings),
    ...files('src/mappers/adt/map-context.ts').flatMap(issueCodes),
    ...files('src/{mappers/adt,commands/ingest-adt}/**/*.ts').flatMap(placed),
  ])
}

const files = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: projectRoot }).map(file => readFileSync(join(projectRoot, file), 'utf8'))

/** `code:` that no failure kind stands before, and `warn('code', ...)`. */
const findings = (text: string): readonly string[] => [
  ...[...text.matchAll(/(?:kind: '([a-z-]+)',\s*)?code: '([a-z0-9-]+)'/g)]
    .filter(([, kind = '']) => !Object.hasOwn(failureKinds, kind))
    .map(([, , code = '']) => code),
  ...[...text.matchAll(/\bwarn\('([a-z0-9-]+)'/g)].map(([, code = '']) => code),
]

function issueCodes(text: string): readonly string[] {
  const [, union = ''] = /interface MappingIssue \{\s*readonly code: ([^\n]*)/.exec(text) ?? []
  return [...union.matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code)
}

const placed = (text: string): readonly string[] => [
  ...[...text.matchAll(/['`]([a-z]+(?:-[a-z]+)+):(?:[A-Z][A-Z0-9]{2}(?:-\d+)?'|\$\{)/g)].map(
    ([, code = '']) => code,
  ),
  ...[...text.matchAll(/\bnoted\('([a-z-]+)'/g)].map(([, code = '']) => code),
]
