import {
  emptyFile,
  listNames,
  type CaseFile,
  type ListedNoun,
  type NounName,
} from '../../../care-plan/case-file.ts'
import { sameResource } from '../../../fhir/same-resource.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isCase } from '../episode-lens.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../json-edit.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { withCaseLink } from './case-link.ts'
import type { NounLens } from './noun-lens.ts'
import type { NounLenses } from './noun-lenses.ts'

type Known = Resource & { readonly id: string }

type Owners = ReadonlyMap<Resource, string>

/** Of lists that were looked at: they never change, and one write of a case asks more than once. */
const knownOwners = new WeakMap<readonly Resource[], readonly [NounLenses, Owners]>()

/** Which case each resource of a compartment belongs to: what it says itself, else what a plan of a case refers to. */
export function caseOwners(compartment: readonly Resource[], lenses: NounLenses): Owners {
  const [by, known] = knownOwners.get(compartment) ?? []
  if (known && by === lenses) return known
  const owners = ownersOf(compartment, lenses)
  knownOwners.set(compartment, [lenses, owners])
  return owners
}

function ownersOf(compartment: readonly Resource[], { names, statedCase }: NounLenses): Owners {
  const cases = new Set(compartment.filter(resource => isCase(resource, names)).map(({ id }) => id))
  const owners = new Map<Resource, string>()
  const referred = new Map<string, string>()
  for (const resource of compartment) {
    const stated = statedCase(resource)
    if (stated === undefined || !cases.has(stated)) continue
    owners.set(resource, stated)
    if (resource.resourceType !== 'CarePlan') continue
    for (const reference of planReferences(resource)) referred.set(reference, stated)
  }
  if (referred.size === 0) return owners
  for (const resource of compartment) {
    const owner = referred.get(`${resource.resourceType}/${resource.id ?? ''}`)
    if (owner !== undefined && !owners.has(resource)) owners.set(resource, owner)
  }
  return owners
}

/** What a CarePlan is made of: goals, needs, planned activities, strengths and risk. */
export function planReferences(plan: Resource): readonly string[] {
  const references = [
    ...listOf(plan['goal']),
    ...listOf(plan['addresses']),
    ...listOf(plan['activity']).map(row => objectOf(row)['reference']),
  ]
  return references.flatMap(reference => textOf(objectOf(reference)['reference']) ?? [])
}

/** Every case of a compartment as a case file, of the parts that are `meant`. */
export function readCaseFiles(
  compartment: readonly Resource[],
  lenses: NounLenses,
  meant: (resource: Resource) => boolean = () => true,
): readonly CaseFile[] {
  const owners = caseOwners(compartment, lenses)
  const byCase = Map.groupBy(
    compartment.filter(resource => owners.has(resource) && meant(resource)),
    resource => owners.get(resource) ?? '',
  )
  return [...byCase].flatMap(([id, resources]) => {
    const episode = resources.find(({ resourceType }) => resourceType === 'EpisodeOfCare')
    return episode?.id === id ? [fileOf(episode, resources, lenses)] : []
  })
}

export const readCaseFile = (
  caseId: string,
  compartment: readonly Resource[],
  lenses: NounLenses,
): CaseFile | undefined => readCaseFiles(compartment, lenses).find(file => file.case.id === caseId)

function fileOf(episode: Resource, resources: readonly Resource[], lenses: NounLenses): CaseFile {
  const lists = new Map<ListedNoun, { readonly id: string }[]>()
  for (const resource of resources) {
    const lens = lenses.fitting(resource)
    if (!lens || lens.noun === 'case') continue
    const list = lists.get(lens.noun) ?? []
    list.push(lens.read(resource))
    lists.set(lens.noun, list)
  }
  const file = emptyFile(lenses.of('case').read(episode))
  const filled = [...lists].map(([noun, list]) => [
    listNames[noun],
    list.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  ])
  return { ...file, ...Object.fromEntries(filled) }
}

export interface FileChange {
  readonly before: CaseFile
  readonly after: CaseFile
  readonly compartment: readonly Resource[]
  readonly lenses: NounLenses
}

/** The resources that a changed case file means: only those that differ, new ones linked to the case. */
export function writeCaseFile({ before, after, compartment, lenses }: FileChange): readonly Known[] {
  const standing = (type: string, id: string): Resource | undefined =>
    compartment.find(resource => resource.id === id && resource.resourceType === type)
  const link = { caseId: after.case.id, patient: after.case.patient }
  return allNouns.flatMap(noun => {
    const lens = lenses.of(noun) as NounLens<NounName> | undefined
    if (!lens) return []
    const [former, states] = [statesOf(before, noun), statesOf(after, noun)]
    if (former === states) return []
    const was = new Map(former.map(state => [state.id, state]))
    return states.flatMap(state => {
      if (sameValue(was.get(state.id), state)) return []
      const found = lens.types.map(type => standing(type, state.id)).find(Boolean)
      const base =
        found ?? withCaseLink(lens.blank({ ...link, id: state.id }, state), link.caseId, lenses.names)
      const written = lens.write(base, state)
      return found && sameResource(found, written) ? [] : [{ ...written, id: state.id }]
    })
  })
}

const allNouns = ['case', ...(Object.keys(listNames) as ListedNoun[])] as readonly NounName[]

const statesOf = (file: CaseFile, noun: NounName): readonly CaseFile['case'][] =>
  noun === 'case' ? [file.case] : (file[listNames[noun]] as unknown as readonly CaseFile['case'][])
