import type { Verdict } from './run.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')

const told = ({ is, because }: Verdict): string =>
  is === 'pass' ? 'as it says' : cell(`${is === 'fail' ? 'not' : is}: ${withoutIds(because ?? '')}`)

/** What changes from run to run and host to host has no place in a page. */
const withoutIds = (text: string): string =>
  text
    .replaceAll(/\bc[a-z0-9]{9,}(?:x[a-z0-9]+|w)?\b/g, 'ID')
    .replaceAll(/https?:\/\/(?:127\.0\.0\.1|localhost)[^\s"]*/g, 'BASE')

    .replaceAll(/urn:uuid:[0-9a-f-]{36}/g, 'urn:uuid:ID')
    .replaceAll(/\b([A-Z][A-Za-z]+)\/\d+/g, '$1/ID')
    .replaceAll(/"\d+"/g, 'ID')
    .replaceAll(/Took \d+ms/g, 'Took some ms')
    .replaceAll(/ID(?:,ID)+/g, 'IDs')
    .slice(0, 200)

const count = (verdicts: readonly Verdict[], is: Verdict['is']): number =>
  verdicts.filter(verdict => verdict.is === is).length

/** docs/reference/differences.md: where two servers answer differently, and what decides. */
export function differencesPage(ours: readonly Verdict[], others: readonly Verdict[]): string {
  const other = new Map(others.map(verdict => [verdict.check.id, verdict]))
  const rows = ours.flatMap(verdict => {
    const theirs = other.get(verdict.check.id)
    if (!theirs || theirs.is === verdict.is) return []
    const { id, title, sentence } = verdict.check
    return [
      `| \`${id}\`: ${cell(title)} | ${told(verdict)} | ${told(theirs)} | [${cell(sentence.text)}](${sentence.url}) |`,
    ]
  })
  const both = ours.filter(verdict => verdict.is === 'fail' && other.get(verdict.check.id)?.is === 'fail')
  return `${head(ours, others)}
| check | Casewire | HAPI FHIR | what decides, in the words of the specification or in short |
|---|---|---|---|
${rows.join('\n')}

## Where neither answers so

${both.map(({ check: { id, title, sentence }, because = '' }) => `- \`${id}\`: ${title} (${cell(withoutIds(because))}): [${cell(sentence.text)}](${sentence.url})`).join('\n') || 'Nowhere.'}
`
}

const head = (ours: readonly Verdict[], others: readonly Verdict[]): string => `# Differences from HAPI FHIR

Written by \`npm run test:conformance -- BASE FOREIGN_FHIR_URL --differences docs/reference/differences.md\`: ${ours.length} questions
over HTTP alone (\`tests/conformance-http\`), each decided by a sentence of the specification, asked of this service and of HAPI FHIR JPA 8.8.0 as
\`npm run services:up -- fhir\` starts it. As the specification says: Casewire ${count(ours, 'pass')}, HAPI ${count(others, 'pass')} of ${ours.length}. A SHOULD or MAY that a
server doesn't follow is no fault of it; some of HAPI's differences are settings that are off by default.
`
