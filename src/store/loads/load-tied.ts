import { keyText } from '../../fhir/resource.ts'
import { everyDerivedType } from '../../mappers/adt/resources/derived-types.ts'
import { subjectsOf } from '../../mappers/adt/identity/identity.ts'
import { NAMED_BY, type NamedBy } from '../../mappers/adt/identity/other-numbers.ts'
import { partiesOf, REFUSED, refusedIn, VISIT_CLAIMED } from '../../mappers/adt/identity/visit-claims.ts'
import { firstOfVisit, namersOf, VISIT_KEY } from '../../mappers/adt/identity/visit-key.ts'
import type { Loaded, LoadRequest } from '../../commands/ports/store.ts'

/** What was loaded, and what would have to be asked for to load it at once. */
export interface TiedLoad {
  readonly whole: LoadRequest
  readonly seen: Loaded
}

/**
 * Loads whoever is tied to those asked for by what was said of them, until nobody new is named: few patients were ever
 * merged, and for all others the first load is the whole. Of those tied all that messages told is loaded, whatever kinds
 * the message at hand speaks of: it may say whose a visit was. Whoever writes about one of them writes the register of
 * each, so that what was seen at several moments can't be decided on unnoticed.
 */
export async function loadTied(
  loadOnce: (request: LoadRequest) => Promise<Loaded>,
  request: LoadRequest,
  before?: Loaded,
): Promise<TiedLoad> {
  const seen = before ?? (await loadOnce(request))
  const others = [...new Set([...tiedTo(request, seen), ...(before ? [] : refusedBy(request, seen))])]
  const tied = [...new Set([...seen.facts.flatMap(subjectsOf), ...others])]
  const compartments = tied.length > 0 ? widened(request.compartments) : request.compartments
  if (others.length === 0 && compartments === request.compartments) return { whole: request, seen }
  const { subjects = [], keys = [], wholes = [] } = request
  const more: LoadRequest = {
    ...{ tenant: request.tenant, lane: request.lane, subjects: others },
    keys: others.map(id => ({ type: 'Patient', id })),
    ...(compartments && { compartments: { ...compartments, patients: tied } }),
    ...(wholes.length > 0 && { wholes: others }),
  }
  const found = await loadOnce(more)
  const rows = [...seen.resources, ...found.resources].map(row => [keyText(row), row] as const)
  return loadTied(
    loadOnce,
    {
      ...request,
      subjects: [...subjects, ...others],
      keys: [...keys, ...(more.keys ?? [])],
      ...(compartments && {
        compartments: { ...compartments, patients: [...compartments.patients, ...others] },
      }),
      ...(wholes.length > 0 && { wholes: [...wholes, ...others] }),
    },
    {
      ...seen,
      resources: [...new Map(rows).values()],
      facts: [...seen.facts, ...found.facts],
      said: [...seen.said, ...found.said],
    },
  )
}

/** With every type that messages lead to; the same where it has them all. */
function widened(compartments: LoadRequest['compartments']): LoadRequest['compartments'] {
  if (!compartments || everyDerivedType.every(type => compartments.types.includes(type))) return compartments
  return { ...compartments, types: [...new Set([...compartments.types, ...everyDerivedType])] }
}

function tiedTo({ subjects = [] }: LoadRequest, { facts, said }: Loaded): readonly string[] {
  const known = new Set([
    ...subjects,
    ...facts.map(({ subject }) => subject),
    ...said.map(({ subject }) => subject),
  ])
  const named = [
    ...facts.flatMap(subjectsOf),
    ...facts.flatMap(fact => (fact.kind === VISIT_CLAIMED ? partiesOf(fact) : [])),
    ...said.flatMap(({ scope, body }) =>
      scope === VISIT_KEY ? namersOf(firstOfVisit(body)).map(({ patient }) => patient) : [],
    ),
    ...said.flatMap(({ scope, body }) => (scope === NAMED_BY ? Object.keys(body as NamedBy) : [])),
  ]
  return [...new Set(named)].filter(subject => !known.has(subject))
}

/** Who was refused a visit number that one of those asked for had first: of a message's own patients alone, not of whoever is tied to them. */
function refusedBy({ subjects = [] }: LoadRequest, { said }: Loaded): readonly string[] {
  const asked = new Set(subjects)
  return said
    .filter(({ subject, scope }) => scope === REFUSED && asked.has(subject))
    .flatMap(({ body }) => Object.values(refusedIn(body)).map(({ claimant }) => claimant))
    .filter(claimant => !asked.has(claimant))
}
