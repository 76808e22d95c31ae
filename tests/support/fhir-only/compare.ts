import { listNames, type CaseFile } from '../../../src/care-plan/case/case-file.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { canonicalJson } from '../../../src/lib/json.ts'
import { readCaseFiles } from '../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'

/** A story that was told, whichever way: everything of the patient, and the names that the story gave. */
export interface Told {
  readonly resources: readonly Resource[]
  readonly kept: ReadonlyMap<string, string>
}

type Noun = Readonly<Record<string, unknown>> & { readonly id: string }

/** A noun that one way of telling left and the other didn't, in words that don't depend on ids. */
export interface Difference {
  readonly noun: string
  readonly only: 'command' | 'fhir'
  readonly state: unknown
}

/** What stands at the end of one way of telling and not of the other (docs/reference/fhir-only.md). */
export function differences(byCommand: Told, byFhir: Told): readonly Difference[] {
  const [command, fhir] = [byCommand, byFhir].map(told => nounsOf(told))
  const missing = (from: Nouns = new Map(), other: Nouns = new Map(), only: Difference['only']) =>
    [...from].flatMap(([noun, rows]) => {
      const left = [...(other.get(noun) ?? [])]
      return rows
        .filter(row => {
          const at = left.indexOf(row)
          if (at >= 0) left.splice(at, 1)
          return at < 0
        })
        .map(row => ({ noun, only, state: JSON.parse(row) as unknown }))
    })
  return [...missing(command, fhir, 'command'), ...missing(fhir, command, 'fhir')].toSorted((a, b) =>
    a.noun < b.noun ? -1 : 1,
  )
}

type Nouns = ReadonlyMap<string, readonly string[]>

function nounsOf({ resources, kept }: Told): Nouns {
  const lenses = nounLenses('https://casewire.example/fhir')
  const file = readCaseFiles(resources, lenses).find(one => one.case.id === kept.get('CASE'))
  if (!file) throw new Error('the case is not there')
  const names = namesOf(file, kept)
  const rows = [
    ['case', [file.case]] as const,
    ...Object.entries(listNames).map(([noun, list]) => [noun, file[list]] as const),
    ['care-team', membersIn(resources)] as const,
  ]
  return new Map(
    rows.map(([noun, states]) => [
      noun,
      (states as unknown as readonly Noun[]).map(state => inWords(state, names)),
    ]),
  )
}

/** Rows of the team, each a noun of its own: who, in which role, from when until when, and why. */
const membersIn = (resources: readonly Resource[]): readonly object[] =>
  resources
    .filter(({ resourceType }) => resourceType === 'CareTeam')
    .flatMap(team => (team['participant'] ?? []) as readonly object[])

/** One noun as text: ids as the story calls them, instants to the minute. */
function inWords(state: Noun, names: ReadonlyMap<string, string>): string {
  const text = canonicalJson(state).replaceAll(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|by-fhir-\d+/g,
    id => names.get(id) ?? id,
  )
  return text.replaceAll(/(T\d\d:\d\d):\d\d(\.\d+)?/g, '$1')
}

/** What the story calls a thing, else what tells it apart from all others of its kind. */
function namesOf(file: CaseFile, kept: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { id, at, kind } of file.contacts) names.set(id, `contact ${kind} ${at}`)
  for (const { id, at, instrument } of file.answers) names.set(id, `answers ${instrument} ${at ?? ''}`)
  for (const { id, measure, at, goal, value } of file.scores)
    names.set(id, `score ${measure} ${at ?? ''} ${goal ?? ''} ${value}`)
  for (const { id, scope, at } of file.consents) names.set(id, `consent ${scope} ${at ?? ''}`)
  for (const { id, method, at } of file.risks) names.set(id, `risk ${method} ${at ?? ''}`)
  for (const { id, text, at } of file.needs) names.set(id, `need ${text} ${at ?? ''}`)
  for (const { id, text } of file.barriers) names.set(id, `barrier ${text}`)
  for (const [name, id] of kept) names.set(id, `$${name}`)
  for (const { id, rule, trigger } of file.obligations)
    if (!names.has(id)) names.set(id, `duty ${rule} ${trigger}`)
  const deep = new Map([...names].map(([id, name]) => [id, renamed(name, names)]))
  return deep
}

const renamed = (name: string, names: ReadonlyMap<string, string>): string =>
  [...names].reduce(
    (text, [id, other]) =>
      text.includes(id) ? text.replaceAll(new RegExp(`${id}(?![0-9a-z])`, 'g'), other) : text,
    name,
  )
