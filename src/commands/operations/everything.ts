import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { spanOf } from '../../lib/fhir-time.ts'
import { instantOf } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import { referencesIn } from '../../fhir/bundle/links.ts'
import { bundleText } from '../../fhir/bundle/texts.ts'
import { compartmentPaths, localReference } from '../../fhir/compartment.ts'
import { connectedTo } from '../../fhir/operations/connected.ts'
import { badInput } from '../../fhir/operations/operation-input.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import { readPageToken, writePageToken } from '../../fhir/search/page-token.ts'
import { COUNT_DEFAULT, COUNT_MAX, PAGE_PARAMETER } from '../../fhir/search/search-controls.ts'
import type { Caller, FhirDeps } from '../fhir/fhir-deps.ts'
import { readCurrent } from '../fhir/fhir-read.ts'
import { isLimited, isShown } from '../fhir/fhir-visibility.ts'
import type { CompartmentRequest, Stored } from '../ports/store.ts'
import { sealedPlaces, type SealedPlaces } from '../fhir/sealed-places.ts'

export interface EverythingRequest {
  readonly type: 'Patient' | 'EpisodeOfCare'
  readonly id?: string
  readonly pairs: readonly (readonly [name: string, value: string])[]
}

interface Query {
  readonly count: number
  readonly types?: readonly string[]
  readonly times: Pick<CompartmentRequest, 'since' | 'from' | 'before'>
  readonly after?: NonNullable<CompartmentRequest['after']>
  readonly applied: EverythingRequest['pairs']
}

/** Types whose resources are in some patient's compartment. */
const compartmentTypes: readonly string[] = ['Patient', ...Object.keys(compartmentPaths)]
const isInCompartments = (type: string): boolean => compartmentTypes.includes(type)

/**
 * `$everything` as the JSON text of a searchset: what is in the compartment of a patient (of every patient without an id),
 * or what belongs to an EpisodeOfCare with its patient; on each page with what it refers to outside of compartments
 * (practitioners, organizations, places...); all as far as the caller may read it. Pages follow one another by key, so that what stays is neither left out nor
 * told twice while others write. Source: http://hl7.org/fhir/R4/patient-operation-everything.html. Failures: those of a
 * read, `operation-input`, `page-expired`.
 */
export async function everything(
  deps: FhirDeps,
  caller: Caller,
  request: EverythingRequest,
): Promise<Result<string>> {
  const { type, id } = request
  const of = `${type}${id === undefined ? '' : `/${id}`}/$everything`
  const places = await sealedPlaces(deps, { caller, of, foreign: foreignPage })
  const query = readQuery(request.pairs, places)
  if (!query.ok) return query
  const focus = id === undefined ? undefined : await readCurrent(deps, { type, id })
  if (focus && !focus.ok) return focus
  if (id === undefined && isLimited(deps, type)) return fail(onlyOne)
  const found =
    type === 'EpisodeOfCare' && focus
      ? await ofEpisode(deps, focus.value, query.value)
      : await ofPatients(deps, id, query.value)
  const matches = found.slice(0, query.value.count)
  const last = matches.at(-1)
  const next = found.length > query.value.count && last ? places.seal(tokenOf(last)) : undefined
  const included = await referredTo(deps, matches, query.value)
  const url = (page: string | undefined): string => urlOf(`${deps.base}/${of}`, query.value.applied, page)
  const page = new Map(request.pairs).get(PAGE_PARAMETER)
  const entry = (mode: 'match' | 'include') => (stored: Stored) => ({
    ...{ fullUrl: `${deps.base}/${stored.type}/${stored.id}`, resource: stored.content },
    search: { mode },
  })
  return ok(
    bundleText({
      type: 'searchset',
      links: [
        { relation: 'self', url: url(page) },
        ...(next === undefined ? [] : [{ relation: 'next', url: url(next) }]),
      ],
      entries: [...matches.map(entry('match')), ...included.map(entry('include'))],
    }),
  )
}

const onlyOne: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'The token reaches only some patients; name one: Patient/id/$everything.',
}

const LOOKED_AT_ONCE = 200

const isLimitedAnywhere = (deps: FhirDeps, types: readonly string[]): boolean =>
  types.some(type => isLimited(deps, type))

/** A page and one more of what the caller may see: a page that what is hidden left empty would tell of it. */
async function ofPatients(
  deps: FhirDeps,
  patient: string | undefined,
  { count, types = compartmentTypes, times, after }: Query,
): Promise<readonly Stored[]> {
  const wanted = types.filter(each => isInCompartments(each) && mayDo(deps.access, each, 'r') !== 'none')
  const size = isLimitedAnywhere(deps, wanted) ? Math.max(count + 1, LOOKED_AT_ONCE) : count + 1
  const found: Stored[] = []
  for (let last = after; found.length <= count;) {
    const rows = await deps.store.compartment(deps.tenant, {
      ...(patient !== undefined && { patient }),
      ...{ ...times, types: wanted, count: size },
      ...(last && { after: last }),
    })
    found.push(...rows.filter(row => isShown(deps, row)))
    last = rows.at(-1)
    if (rows.length < size) break
  }
  return found.slice(0, count + 1)
}

/** No case has more than a patient's record holds: it is read whole, and cut into pages. */
async function ofEpisode(
  deps: FhirDeps,
  focus: Stored,
  { count, types, times, after }: Query,
): Promise<readonly Stored[]> {
  const key = { type: focus.type, id: focus.id }
  const { resources } = await deps.store.load({
    ...{ tenant: deps.tenant, lane: 0 },
    recordOf: { key, types: compartmentTypes },
  })
  const rows = new Map(
    resources.flatMap(row => (row.deleted ? [] : [[parseJson(row.content) as Resource, row] as const])),
  )
  const episode = [...rows].find(([, row]) => row.type === key.type && row.id === key.id)?.[0]
  const members = episode ? connectedTo(episode, [...rows.keys()]) : []
  const patients = [...rows].flatMap(([, row]) => (row.type === 'Patient' ? [row] : []))
  const all = episode ? [...patients, ...members.flatMap(member => rows.get(member) ?? [])] : [focus]
  return all
    .filter(row => isShown(deps, row))
    .filter(({ type, updated }) => (types?.includes(type) ?? true) && updated >= (times.since ?? ''))
    .toSorted(byKey)
    .filter(row => !after || byKey(row, after) > 0)
    .slice(0, count + 1)
}

type Place = Pick<Stored, 'shard' | 'type' | 'id'>

function byKey(a: Place, b: Place): number {
  if (a.shard !== b.shard) return a.shard - b.shard
  if (a.type !== b.type) return a.type < b.type ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** What a page refers to that is in no compartment. */
async function referredTo(
  deps: FhirDeps,
  matches: readonly Stored[],
  { types }: Query,
): Promise<readonly Stored[]> {
  const references = new Set(
    matches.flatMap(({ content }) =>
      referencesIn(parseJson(content)).map(text => localReference(text, deps.base)),
    ),
  )
  const keys = [...references]
    .flatMap(reference => keyIn(reference))
    .filter(({ type }) => {
      return !isInCompartments(type) && (types?.includes(type) ?? true)
    })
  if (keys.length === 0) return []
  const { resources } = await deps.store.load({ tenant: deps.tenant, lane: 0, keys })
  return resources.filter(row => !row.deleted && isShown(deps, row))
}

function keyIn(reference: string): readonly ResourceKey[] {
  const [, type = '', id = ''] =
    /^([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.*)?$/.exec(reference) ?? []
  return isResourceType(type) ? [{ type, id }] : []
}

function readQuery(pairs: EverythingRequest['pairs'], places: SealedPlaces): Result<Query> {
  const given = new Map(pairs)
  if (given.size < pairs.length) return badInput('each parameter may be given once')
  const count = given.get('_count') ?? String(COUNT_DEFAULT)
  if (!/^\d{1,9}$/.test(count)) return badInput('_count must be a whole number')
  const types = given.get('_type')?.split(',')
  if (types?.some(type => !isResourceType(type))) return badInput('_type must list R4 resource types')
  const times = readTimes(given)
  if (!times.ok) return times
  const page = given.get(PAGE_PARAMETER)
  const place = page === undefined ? ok(undefined) : places.open(page)
  if (!place.ok) return place
  const after = place.value === undefined ? ok(undefined) : readPlace(place.value)
  if (!after.ok) return after
  return ok({
    count: Math.min(Math.max(Number(count), 1), COUNT_MAX),
    ...(types && { types }),
    times: times.value,
    ...(after.value && { after: after.value }),
    applied: pairs.filter(([name]) => name !== PAGE_PARAMETER),
  })
}

function readTimes(given: ReadonlyMap<string, string>): Result<Query['times']> {
  const spans = ['_since', 'start', 'end'].map(name => {
    const text = given.get(name)
    return { name, text, span: text === undefined ? undefined : spanOf(text, 'UTC') }
  })
  const wrong = spans.find(({ text, span }) => text !== undefined && !span)
  if (wrong) return badInput(`${wrong.name} must be a date or a time with its offset`)
  const [since, start, end] = spans.map(({ span }) => span)
  return ok({
    ...(since && { since: instantOf(since.startMs) }),
    ...(start && { from: instantOf(start.startMs) }),
    ...(end && { before: instantOf(end.endMs + 1) }),
  })
}

const tokenOf = ({ shard, type, id }: Stored): string => writePageToken({ keys: [type], shard, id })

function readPlace(text: string): Result<NonNullable<CompartmentRequest['after']>> {
  const place = readPageToken(text, 1)
  const [type = ''] = place?.keys ?? []
  return place && isResourceType(type) ? ok({ shard: place.shard, type, id: place.id }) : fail(foreignPage)
}

const foreignPage: Failure = {
  kind: 'invalid',
  code: 'operation-input',
  message: `${PAGE_PARAMETER} is not one that a link gave; follow the links of an answer.`,
}

function urlOf(root: string, applied: Query['applied'], page: string | undefined): string {
  const pairs = [...applied, ...(page === undefined ? [] : [[PAGE_PARAMETER, page] as const])]
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
  return query === '' ? root : `${root}?${query}`
}
