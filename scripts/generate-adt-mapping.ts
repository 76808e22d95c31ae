/** Writes docs/reference/adt-mapping.md from the tables that the mapping runs on: `node scripts/generate-adt-mapping.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fhirCodes } from '../src/mappers/adt/visits/dispositions.ts'
import { groupRules } from '../src/mappers/adt/registers/groups.ts'
import { differences, segmentMaps } from '../src/mappers/adt/maps/differences.ts'
import { typeMaps, unusedTables, unusedTypes, type TypeMap } from '../src/mappers/adt/maps/type-maps.ts'
import { overrideReasons, overrides } from '../src/mappers/adt/overrides.ts'
import type { Row, SegmentMap } from '../src/mappers/adt/rows.ts'
import { triggers } from '../src/mappers/adt/events/triggers.ts'

export const mappingPage = join(import.meta.dirname, '../docs/reference/adt-mapping.md')

/** The page as it should be. */
export function mappingText(): string {
  return [
    '# ADT mapping',
    '',
    'Made by `npm run generate:adt-mapping` from the tables that the mapping runs on; a test compares both. The rows follow the',
    'HL7 v2-to-FHIR implementation guide (STU1); a row that it does not have says why it is ours.',
    '',
    '## Events',
    '',
    table(
      ['event', 'is', 'Encounter'],
      Object.entries(triggers).map(([event, { name, effect }]) => [event, name, effect]),
    ),
    '',
    'Every other event, and every other type of message, is recorded as `ignored` and can be driven again.',
    '',
    ...listSection(),
    ...segmentMaps.flatMap(mapSection),
    '## Where the guide is not followed row by row',
    '',
    table(
      ['map', 'row', 'done in', 'why'],
      differences.flatMap(({ map, rows, done, reason }) =>
        (rows ?? ['(all)']).map((row, index) => [map, code(row), done ?? '', index === 0 ? reason : '"']),
      ),
    ),
    '',
    '## Data types',
    '',
    table(['map', 'done in', 'components', 'not followed', 'why'], typeMaps.flatMap(typeLines)),
    '',
    'Maps of the guide that no field of an ADT message is converted by:',
    '',
    table(
      ['maps', 'why'],
      unusedTypes.map(({ maps, reason }) => [maps.join(', '), reason]),
    ),
    '',
    ...codeSection(),
  ].join('\n')
}

const listSection = (): readonly string[] => [
  '## Fields and lists',
  '',
  'A field that is absent or empty keeps what its source said before, `""` deletes it, a value replaces all of it: repetitions',
  'that are not sent again go, and so does a component that is empty or `""` (`SMITH^""^J` has no given name any more). Of what',
  'several sources say of one field the last word counts; what people changed since stays until a source says something new.',
  '',
  'What ZBE says of who answers for the patient after a movement is an extension of the Encounter (`movement-wards`, one a movement',
  'that holds): `event`, `at`, `responsible` (ZBE-7) and `nursing` (ZBE-8) by name or number, `scope` (ZBE-9).',
  '',
  'Segments below come as lists. By default (`replace`) a list replaces the one that the same source sent before in the same',
  'scope: what is no longer in it is inactive, cancelled or entered in error, never deleted, and lists of other sources are left',
  'alone. Where a segment of a message has an action code (other than S) there is no list: each segment says what happens to its',
  'own item. `segments` in SOURCES_CONFIG makes it `merge` (only add) or `ignore`.',
  '',
  table(
    ['segment', 'scope', 'action code', 'followed by'],
    Object.entries(groupRules).map(([group, { scope, action, takes = [] }]) => [
      group,
      SCOPES[scope],
      action === undefined ? '' : `${group}-${action}`,
      takes.join(', '),
    ]),
  ),
  '',
]

const codeSection = (): readonly string[] => [
  '## Codes',
  '',
  "Tables come from the guide's vocabulary maps (`src/mappers/adt/codes`); letter case does not matter. A code that is mapped",
  "stands first, the code as sent after it. A code outside its table keeps a system of the sending facility's own and is noted.",
  '',
  table(
    ['table', 'v2', 'FHIR', 'why'],
    Object.entries(overrides).flatMap(([name, codes]) =>
      Object.entries(codes).map(([v2, { code: fhir, system }]) => [
        name,
        v2,
        `${fhir} (${system})`,
        overrideReasons[name] ?? '',
      ]),
    ),
  ),
  '',
  '### Vocabulary maps of the guide that are not looked up',
  '',
  table(
    ['maps', 'why'],
    unusedTables.map(({ maps, reason }) => [maps.join(', '), reason]),
  ),
  '',
  '### PV1-36 discharge disposition',
  '',
  'NUBC codes; 81 to 95 are mapped as the code whose place they repeat, 09 and 30 have no FHIR code.',
  '',
  table(['NUBC', 'discharge-disposition'], Object.entries(fhirCodes).toSorted()),
  '',
]

const SCOPES = {
  patient: 'patient',
  visit: 'visit; the patient where the message names none',
  encounter: 'visit',
  position: 'patient after PID, visit after PV1',
} as const

function mapSection({ name, rows }: SegmentMap): readonly string[] {
  const lines = rows.map(row => [row.v2, code(row.to), via(row), origin(row)])
  return [`## ${name}`, '', table(['v2', 'FHIR', 'rule', 'origin'], lines), '']
}

/** One line for what is followed, then one for each thing that is not. */
function typeLines({
  map,
  done,
  components,
  differences: own = [],
}: TypeMap): readonly (readonly string[])[] {
  const rest = own.map(({ rows, reason }) => [
    '',
    '',
    '',
    rows.map(row => code(row.trim())).join(', '),
    reason,
  ])
  return [[map, done, components.join(', '), '', ''], ...rest]
}

const via = ({ via: name }: Row): string => (name === '' ? '' : name.startsWith('"') ? code(name) : name)

const origin = ({ ours, differs }: Row): string =>
  ours !== undefined ? `ours: ${ours}` : differs !== undefined ? `differs on purpose: ${differs}` : 'guide'

const code = (text: string): string => `\`${text}\``

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

if (import.meta.main) writeFileSync(mappingPage, mappingText())
