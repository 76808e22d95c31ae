import { referencesIn } from '../bundle/links.ts'
import type { Resource } from '../resource.ts'

/** What belongs to a case by being part of its plan: from these on one goes to what they name and what names them. */
const hubs: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CarePlan'])

/** What carries a plan out: from these on one goes to what they name. */
const works: ReadonlySet<string> = new Set(['Goal', 'Task', 'ServiceRequest', 'RequestGroup', 'CareTeam'])

/**
 * The resources of a patient that belong to an EpisodeOfCare, itself first: those that name it or that it names, those with
 * its identifier as groupIdentifier, its plans with what they name and what names them, and what that work names. Another
 * EpisodeOfCare and the Patient are not among them, nor are plans that only share a goal.
 */
export function connectedTo(episode: Resource, compartment: readonly Resource[]): readonly Resource[] {
  const named = new Map(compartment.map(resource => [resource, new Set(referencesIn(resource).map(bare))]))
  const others = compartment.filter(
    ({ resourceType, id }) =>
      resourceType !== 'Patient' && resourceType !== 'EpisodeOfCare' && id !== undefined,
  )
  const numbers = identifiersOf(episode['identifier'])
  const found = new Set<Resource>([episode])
  const open = [episode, ...others.filter(each => sharesNumber(each, numbers))]
  for (let at = 0; at < open.length; at++) {
    const from = open[at] as Resource
    found.add(from)
    const isHub = hubs.has(from.resourceType)
    if (!isHub && !works.has(from.resourceType)) continue
    const targets = named.get(from) ?? new Set(referencesIn(from).map(bare))
    for (const other of others) {
      if (found.has(other) || open.includes(other)) continue
      const isNamed = targets.has(keyOf(other)) && (isHub || other.resourceType !== 'CarePlan')
      if (isNamed || (isHub && named.get(other)?.has(keyOf(from)) === true)) open.push(other)
    }
  }
  return [episode, ...others.filter(resource => found.has(resource))]
}

const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`

const bare = (reference: string): string => reference.replace(/\/_history\/.*$/, '')

const numberOf = (identifier: unknown): string | undefined => {
  const { system, value } = (identifier ?? {}) as { readonly system?: string; readonly value?: string }
  return value === undefined ? undefined : `${system ?? ''}|${value}`
}

const identifiersOf = (list: unknown): ReadonlySet<string> =>
  new Set((Array.isArray(list) ? list : [list]).flatMap(item => numberOf(item) ?? []))

const sharesNumber = (resource: Resource, numbers: ReadonlySet<string>): boolean =>
  [...identifiersOf(resource['groupIdentifier'])].some(number => numbers.has(number))
