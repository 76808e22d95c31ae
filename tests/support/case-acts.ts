import { caseIds } from '../../src/mappers/case/case-record.ts'
import type { ListedNoun, NounName, Nouns } from '../../src/care-plan/case/case-file.ts'
import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import type { CaseRoot } from '../../src/care-plan/nouns/case-root.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import type { CaseEffectsInput } from '../../src/mappers/case/effects/case-effects.ts'
import { readCaseFile } from '../../src/mappers/case/nouns/case-files.ts'
import { withCaseLink } from '../../src/mappers/case/nouns/case-link.ts'
import type { NounLens } from '../../src/mappers/case/nouns/noun-lens.ts'
import { nounLenses } from '../../src/mappers/case/nouns/noun-lenses.ts'
import { CM, PATIENT, dueOf, ofType, only, put, type World } from './case-world.ts'

/** What people do in a case, put straight into the resources that it stands in. */
const lenses = nounLenses(CM)
export const models = modelLookup(shippedModels)
export const withModels = { models } satisfies Partial<CaseEffectsInput>

export const caseId = caseIds({ tenant: 1, shard: 5 }).episode(PATIENT, 1)

/** A noun of the case as it stands, new or changed. */
export function act<N extends ListedNoun>(
  world: World,
  noun: N,
  state: Partial<Nouns[N]> & { id: string },
): World {
  const lens = lenses.of(noun) as unknown as NounLens<NounName>
  const found = world.compartment.find(
    resource => resource.id === state.id && lens.types.includes(resource.resourceType),
  )
  const whole = { ...(found ? lens.read(found) : {}), ...state } as never
  const base =
    found ?? withCaseLink(lens.blank({ id: state.id, caseId, patient: PATIENT }, whole), caseId, lenses.names)
  return { compartment: put(world.compartment, [lens.write(base, whole)]) }
}

/** The case itself, changed. */
export function root(world: World, changes: Partial<CaseRoot>): World {
  const lens = lenses.of('case')
  const episode = only(world, 'EpisodeOfCare')
  return { compartment: put(world.compartment, [lens.write(episode, { ...lens.read(episode), ...changes })]) }
}

export const without = (world: World, id: string): World => ({
  compartment: world.compartment.filter(resource => resource.id !== id),
})

export const contact = (world: World, id: string, at: string, more: Partial<Nouns['contact']> = {}): World =>
  act(world, 'contact', {
    id,
    state: 'made',
    kind: 'phone',
    at,
    minutes: 22,
    outcome: 'reached',
    topics: [],
    redFlags: [],
    ...more,
  })

/** Screened, opened and given a model. */
export const opened = (world: World, at: string, model = 'clinical'): World =>
  root(world, {
    state: 'open',
    since: at,
    eligibleAt: at,
    openedAt: at,
    manager: 'Practitioner/noor',
    models: [{ model, version: '1.0.0', since: at }],
  })

export const fileOf = (world: World) => {
  const file = readCaseFile(caseId, world.compartment, lenses)
  if (!file) throw new Error('no case')
  return file
}

/** Rule of a duty's Task. */
const ruleOf = (task: Resource): string =>
  (task as unknown as { reasonCode: { coding: { code: string }[] } }).reasonCode.coding[0]?.code ?? ''

/** The Tasks of a rule, in order of due time. */
export const dutiesBy = (world: World, rule: string): readonly Resource[] =>
  ofType(world, 'Task')
    .filter(task => task['reasonCode'] !== undefined && ruleOf(task) === rule)
    .toSorted((a, b) => (dueOf(a) < dueOf(b) ? -1 : 1))

/** `state due` of the Tasks of a rule. */
export const linesBy = (world: World, rule: string): readonly string[] =>
  dutiesBy(world, rule).map(task => `${stateOf(task)} ${dueOf(task).slice(0, 10)}`)

export const stateOf = (task: Resource): string => lenses.of('obligation').read(task).state
