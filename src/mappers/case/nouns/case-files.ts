import {
  emptyFile,
  listNames,
  listOfNoun,
  type CaseFile,
  type ListedNoun,
  type NounName,
} from '../../../care-plan/case/case-file.ts'
import { patientOf } from '../../../fhir/compartment.ts'
import { sameResource } from '../../../fhir/same-resource.ts'
import { keyTextOf, type Resource } from '../../../fhir/resource.ts'
import { isCase } from '../lenses/episode-lens.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf } from '../lenses/json-edit.ts'
import { rememberedBy, rememberedReading, type ListChange } from '../../../lib/remembered-lists.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { withCaseLink } from './case-link.ts'
import type { NounLens } from './noun-lens.ts'
import type { NounLenses } from './noun-lenses.ts'

type Known = Resource & { readonly id: string }

type Owners = ReadonlyMap<Resource, string>

/** Who owns what, and what that follows from. */
interface Ownership {
  readonly cases: ReadonlySet<string | undefined>
  /** `Type/id` -> the cases whose plans refer to it. */
  readonly referred: ReadonlyMap<string, readonly Referring[]>
  readonly owners: Owners
}

interface Referring {
  readonly caseId: string
  /** Whom the plan is about. */
  readonly patient: string | undefined
}

const ownershipBy = rememberedBy((lenses: NounLenses) =>
  rememberedReading<Resource, Ownership>({
    whole: compartment => ownershipOf(compartment, lenses),
    patched: (was, change) => patchedOwnership(was, change, lenses),
  }),
)

/**
 * Which case each resource of a compartment belongs to: what it says itself, else what a plan of a case refers to, if it is
 * about the same patient. What is another's never counts: a rule that looked at it would tell of it.
 */
export const caseOwners = (compartment: readonly Resource[], lenses: NounLenses): Owners =>
  ownershipBy(lenses)(compartment).owners

function ownershipOf(compartment: readonly Resource[], { names, statedCase }: NounLenses): Ownership {
  const cases = new Set(compartment.filter(resource => isCase(resource, names)).map(({ id }) => id))
  const owners = new Map<Resource, string>()
  const referred = new Map<string, Referring[]>()
  for (const resource of compartment) {
    const stated = statedCase(resource)
    if (stated === undefined || !cases.has(stated)) continue
    owners.set(resource, stated)
    if (resource.resourceType !== 'CarePlan') continue
    const referring = { caseId: stated, patient: patientOf(resource) }
    for (const reference of planReferences(resource)) {
      const others = referred.get(reference)
      if (others) others.push(referring)
      else referred.set(reference, [referring])
    }
  }
  if (referred.size === 0) return { cases, referred, owners }
  for (const resource of compartment) {
    if (owners.has(resource)) continue
    const owner = referringCase(resource, referred)
    if (owner !== undefined) owners.set(resource, owner)
  }
  return { cases, referred, owners }
}

function referringCase(resource: Resource, referred: Ownership['referred']): string | undefined {
  const referring = referred.get(keyTextOf(resource))
  if (!referring) return undefined
  const about = patientOf(resource)
  return referring.findLast(({ patient }) => about === undefined || about === patient)?.caseId
}

/** The types by which a change may move other resources from case to case. */
const OWNING: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CarePlan'])

function patchedOwnership(
  { cases, referred, owners }: Ownership,
  { replaced, added }: ListChange<Resource>,
  { statedCase }: NounLenses,
): Ownership | undefined {
  const is = [...replaced.map(one => one.is), ...added]
  if ([...replaced.map(one => one.was), ...is].some(isOwning)) return undefined
  const patched = new Map(owners)
  for (const { was } of replaced) patched.delete(was)
  for (const resource of is) {
    const stated = statedCase(resource)
    const owner = stated !== undefined && cases.has(stated) ? stated : referringCase(resource, referred)
    if (owner !== undefined) patched.set(resource, owner)
  }
  return { cases, referred, owners: patched }
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

/** Which parts of a case are looked at. */
type Meant = (resource: Resource, lenses: NounLenses) => boolean

const all: Meant = () => true

const filesBy = rememberedBy((lenses: NounLenses) =>
  rememberedBy((meant: Meant) =>
    rememberedReading<Resource, readonly CaseFile[]>({
      whole: compartment => filesOf(compartment, lenses, meant),
      patched: (files, change, { list, base }) => {
        const [was, is] = [caseOwners(base, lenses), caseOwners(list, lenses)]
        return patchedFiles(files, change, { lenses, meant, was, is })
      },
    }),
  ),
)

/** Every case of a compartment as a case file, of the parts that are `meant`. */
export const readCaseFiles = (
  compartment: readonly Resource[],
  lenses: NounLenses,
  meant: Meant = all,
): readonly CaseFile[] => filesBy(lenses)(meant)(compartment)

function filesOf(compartment: readonly Resource[], lenses: NounLenses, meant: Meant): readonly CaseFile[] {
  const owners = caseOwners(compartment, lenses)
  const byCase = Map.groupBy(
    compartment.filter(resource => owners.has(resource) && meant(resource, lenses)),
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
  const lists = new Map<ListedNoun, State[]>()
  for (const resource of resources) {
    const lens = lenses.fitting(resource)
    if (!lens || lens.noun === 'case') continue
    const list = lists.get(lens.noun) ?? []
    list.push(lens.read(resource))
    lists.set(lens.noun, list)
  }
  const file = emptyFile(lenses.of('case').read(episode))
  const filled = [...lists].map(([noun, list]) => [listNames[noun], list.toSorted(byId)])
  return { ...file, ...Object.fromEntries(filled) }
}

interface State {
  readonly id: string
}

const byId = (a: State, b: State): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

interface Patch {
  readonly lenses: NounLenses
  readonly was: Owners
  readonly is: Owners
  readonly meant: Meant
}

/** A noun in the list that it stands in. */
interface Placed {
  readonly caseId: string
  readonly noun: ListedNoun
  readonly state: State
}

/** Only the lists that a changed resource stands in are made anew; all else of the files is what it was. */
function patchedFiles(
  files: readonly CaseFile[],
  { replaced, added }: ListChange<Resource>,
  patch: Patch,
): readonly CaseFile[] | undefined {
  const changes = [...replaced, ...added.map(is => ({ was: undefined, is }))]
  if (changes.some(({ was, is }) => isOwning(was) || isOwning(is))) return undefined
  return changes.reduce<readonly CaseFile[] | undefined>((so, { was, is }) => {
    const [gone, come] = [placedIn(was, patch.was, patch), placedIn(is, patch.is, patch)]
    return so && withPlaced(so, gone, come)
  }, files)
}

const isOwning = (resource: Resource | undefined): boolean =>
  resource !== undefined && OWNING.has(resource.resourceType)

function placedIn(
  resource: Resource | undefined,
  owners: Owners,
  { lenses, meant }: Patch,
): Placed | undefined {
  const caseId = resource && owners.get(resource)
  const lens =
    resource && caseId !== undefined && meant(resource, lenses) ? lenses.fitting(resource) : undefined
  if (!resource || caseId === undefined || !lens || lens.noun === 'case') return undefined
  return { caseId, noun: lens.noun, state: lens.read(resource) }
}

function withPlaced(
  files: readonly CaseFile[],
  gone: Placed | undefined,
  come: Placed | undefined,
): readonly CaseFile[] | undefined {
  const stays =
    gone?.caseId === come?.caseId && gone?.noun === come?.noun && gone?.state.id === come?.state.id
  if (gone && come && stays)
    return inFile(files, gone, list => list.with(list.indexOf(gone.state), come.state))
  const left = gone ? inFile(files, gone, list => list.filter(one => one !== gone.state)) : files
  if (!come) return left
  const isTwice = files.some(file => listOfNoun(file, come.noun).some(({ id }) => id === come.state.id))
  return isTwice ? undefined : inFile(left, come, list => [...list, come.state].toSorted(byId))
}

const inFile = (
  files: readonly CaseFile[],
  { caseId, noun }: Placed,
  changed: (list: readonly State[]) => readonly State[],
): readonly CaseFile[] =>
  files.map(file =>
    file.case.id === caseId ? { ...file, [listNames[noun]]: changed(listOfNoun(file, noun)) } : file,
  )

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
