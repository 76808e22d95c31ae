import type { Instrument, Scoring } from '../../src/care-plan/instruments/instrument.ts'
import { instruments } from '../../src/care-plan/instruments/registry.ts'

const rangesOf = ({ ranges }: Scoring): string =>
  ranges
    .map(({ from, to, interpretation }) => `${from === to ? from : `${from}-${to}`} ${interpretation}`)
    .join(', ')

const rowOf = ({ id, version, loinc, domains, items, scorings, source }: Instrument): readonly string[] => [
  `\`${id}\``,
  version,
  loinc ?? 'own',
  domains.join(', '),
  String(items.length),
  scorings.map(one => `\`${one.measure}\` (table ${one.version}): ${rangesOf(one)}`).join('; ') || 'none',
  source,
]

/** The table of docs/reference/instruments.md, as the code has it. */
export const instrumentRows: readonly string[] = instruments.map(one => `| ${rowOf(one).join(' | ')} |`)
