import { elementCorrections, foreignConstraints, foreignTypes } from './corrections.ts'
import { definitionsIn } from './source.ts'
import type { Definition } from './source.ts'

interface Structure extends Definition {
  readonly baseDefinition?: string
  readonly snapshot: { readonly element: readonly SnapshotElement[] }
}

interface SnapshotElement {
  readonly path: string
  readonly min: number
  readonly max: string
  readonly isSummary?: boolean
  readonly type?: readonly {
    readonly code: string
    readonly profile?: readonly string[]
    readonly targetProfile?: readonly string[]
  }[]
  readonly contentReference?: string
  readonly binding?: { readonly strength: string; readonly valueSet?: string }
  readonly constraint?: readonly { readonly key: string; readonly severity: string; readonly human: string }[]
}

/** `[base, { element: rule }]` for one type or backbone element; elements of the base are left out. */
export type StructureRow = readonly [base: string, elements: Readonly<Record<string, string>>]

const STRUCTURE = 'http://hl7.org/fhir/StructureDefinition/'
const SYSTEM = 'http://hl7.org/fhirpath/System.'

/** Every resource and complex data type of R4, with the two quantity profiles that type other elements. */
const structures = (): readonly Structure[] =>
  (
    [
      ...definitionsIn('profiles-types', 'StructureDefinition'),
      ...definitionsIn('profiles-resources', 'StructureDefinition'),
    ] as unknown as readonly Structure[]
  ).filter(({ kind, name }) => (kind === 'complex-type' || kind === 'resource') && !foreignTypes.has(name))

/** Type or backbone path -> its row, e.g. `"Patient.contact": ["BackboneElement", {"gender": "0..1 code !administrative-gender"}]`. */
export function structureTable(
  valueSetName: (url: string) => string | undefined,
): Readonly<Record<string, StructureRow>> {
  const table: Record<string, StructureRow> = {}
  for (const structure of structures()) {
    for (const path of groupsOf(structure)) {
      const base =
        path === structure.name ? lastPart(structure.baseDefinition ?? '') : backboneType(structure, path)
      table[path] = [base, rulesUnder(structure, path, base, valueSetName)]
    }
  }
  return table
}

interface OwnElements {
  readonly path: string
  readonly elements: readonly { readonly name: string; readonly isSummary: boolean }[]
}

/** Every type and backbone element with the elements that its base doesn't have. */
export function ownElements(): readonly OwnElements[] {
  return structures().flatMap(structure =>
    groupsOf(structure).map(path => {
      const base =
        path === structure.name ? lastPart(structure.baseDefinition ?? '') : backboneType(structure, path)
      const own = Object.keys(rulesUnder(structure, path, base, () => undefined))
      const flags = new Map(
        structure.snapshot.element.map(element => [element.path, element.isSummary === true]),
      )
      return {
        path,
        elements: own.map(name => ({ name, isSummary: flags.get(`${path}.${name}`) ?? false })),
      }
    }),
  )
}

/** Path -> key -> human text of every error-severity constraint, at the element that first states it. */
export function constraintTable(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const table: Record<string, Record<string, string>> = {}
  const inherited = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5'])
  for (const structure of structures()) {
    for (const element of structure.snapshot.element) {
      for (const { key, severity, human } of element.constraint ?? []) {
        if (severity !== 'error' || foreignConstraints.has(key) || isGone(element.path)) continue
        if (inherited.has(key) && !['Element', 'Extension', 'DomainResource'].includes(element.path)) continue
        if (key === 'ele-1' && element.path === 'Extension') continue
        const path =
          structure.derivation === 'constraint' ? element.path.replace(/^\w+/, structure.name) : element.path
        table[path] = { ...table[path], [key]: human.replaceAll(/\s+/g, ' ').trim() }
      }
    }
  }
  return table
}

function groupsOf({ name, snapshot }: Structure): readonly string[] {
  const nested = snapshot.element.filter(({ path, type }) => {
    const code = type?.[0]?.code
    return path.includes('.') && (code === 'BackboneElement' || code === 'Element') && !isGone(path)
  })
  return [name, ...nested.map(({ path }) => path)]
}

const backboneType = ({ snapshot }: Structure, path: string): string =>
  snapshot.element.find(element => element.path === path)?.type?.[0]?.code ?? ''

const INHERITED: Readonly<Record<string, readonly string[]>> = {
  Element: ['id', 'extension'],
  BackboneElement: ['id', 'extension', 'modifierExtension'],
  Resource: ['id', 'meta', 'implicitRules', 'language'],
  DomainResource: [
    ...['id', 'meta', 'implicitRules', 'language'],
    ...['text', 'contained', 'extension', 'modifierExtension'],
  ],
  Quantity: ['id', 'extension', 'value', 'unit', 'system', 'code', 'comparator'],
}

function rulesUnder(
  structure: Structure,
  parent: string,
  base: string,
  valueSetName: (url: string) => string | undefined,
): Readonly<Record<string, string>> {
  const rules: Record<string, string> = {}
  // A profile (SimpleQuantity) writes its paths with the name of the type that it constrains.
  const profiled = structure.derivation === 'constraint'
  const prefix = profiled ? (structure['type'] as string) : parent
  for (const element of structure.snapshot.element) {
    const name = childName(element.path, prefix)
    if (name === undefined || isGone(element.path)) continue
    if (profiled ? element.max !== '0' : (INHERITED[base]?.includes(name) ?? false)) continue
    rules[name] = elementCorrections[element.path] ?? ruleOf(element, structure, valueSetName)
  }
  for (const [path, rule] of Object.entries(elementCorrections)) {
    const name = childName(path, prefix)
    if (name !== undefined && rule !== null) rules[name] = rule
  }
  return rules
}

function childName(path: string, parent: string): string | undefined {
  if (!path.startsWith(`${parent}.`)) return undefined
  const name = path.slice(parent.length + 1)
  return name.includes('.') ? undefined : name
}

const isGone = (path: string): boolean =>
  path.split('.').some((_, i, parts) => elementCorrections[parts.slice(0, i + 1).join('.')] === null)

/** `1..1 Reference(Patient,Group)`, `0..1 Quantity|string`, `0..* #Bundle.link`, `1..1 code !request-status`. */
function ruleOf(
  element: SnapshotElement,
  structure: Structure,
  valueSetName: (url: string) => string | undefined,
): string {
  const { path, min, max, binding, contentReference } = element
  const types =
    contentReference ??
    [...new Set((element.type ?? []).map(type => typeText(type, path, structure)))].join('|')
  const valueSet =
    binding?.strength === 'required' && binding.valueSet ? valueSetName(binding.valueSet) : undefined
  return `${min}..${max} ${types}${valueSet === undefined ? '' : ` !${valueSet}`}`
}

function typeText(
  { code, profile, targetProfile }: NonNullable<SnapshotElement['type']>[number],
  path: string,
  structure: Structure,
): string {
  if (code.startsWith(SYSTEM)) return systemType(path, structure)
  if (code === 'BackboneElement' || code === 'Element') return `#${path}`
  if (code === 'Quantity' && profile?.[0] === `${STRUCTURE}SimpleQuantity`) return 'SimpleQuantity'
  const targets = code === 'Reference' ? (targetProfile ?? []).map(lastPart) : []
  return targets.length === 0 || targets.includes('Resource') ? code : `${code}(${targets.join(',')})`
}

/** `Resource.id` is an id, `Extension.url` a uri, `Element.id` a string: none of them can be extended. */
function systemType(path: string, { kind }: Structure): string {
  if (path.endsWith('.url')) return '@uri'
  return kind === 'resource' && path.split('.').length === 2 ? '@id' : '@string'
}

const lastPart = (url: string): string => url.slice(url.lastIndexOf('/') + 1)
