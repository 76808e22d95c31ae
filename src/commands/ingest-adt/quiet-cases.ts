import type { ModelLookup, ModelProfile } from '../../care-plan/models/model-profile.ts'
import { sameValue } from '../../lib/same-value.ts'
import { keyText, type Resource } from '../../fhir/resource.ts'
import { sameResource } from '../../fhir/same-resource.ts'
import type { Person } from '../../mappers/adt/identity/derive-cluster.ts'

/** All that case management looked at for a patient, when nothing was to be changed by it. */
interface Quiet {
  readonly stays: Person['stays']
  readonly about: Omit<Person, 'stays' | 'payers'>
  readonly compartment: readonly Resource[]
  readonly models: readonly AskedModel[]
  /** Insurances, where a rule asked for them. */
  readonly payers: ReturnType<Payers> | undefined
  /** The Encounters of the stays as they stood. */
  readonly encounters: readonly (Resource | undefined)[]
}

type Payers = NonNullable<Person['payers']>

/** What was asked for on the way. */
interface Asked {
  readonly models: readonly AskedModel[]
  readonly payers: () => ReturnType<Payers> | undefined
}

interface AskedModel {
  readonly id: string
  readonly version: string | undefined
  readonly profile: ModelProfile | undefined
}

/** What case management looks at for a patient. */
export interface CasesView {
  readonly person: Person
  readonly compartment: readonly Resource[]
  readonly models: ModelLookup
  readonly encounterOf: (id: string) => Resource | undefined
}

/**
 * What follows for cases is a function of what is looked at (mappers/case/effects/case-effects.ts): where nothing followed, and
 * all of it says the same, nothing follows again. Most messages of a real feed say nothing new. Remembered as long
 * as what was made of the first visit is, or else the Patient (parsed-resources.ts), by the law that was asked.
 */
export interface QuietCases {
  readonly has: (view: CasesView) => boolean
  readonly keep: (view: CasesView, asked: Asked) => void
}

export function quietCases(): QuietCases {
  const known = new WeakMap<object, Quiet>()
  return {
    has: view => {
      const key = keyOf(view)
      const quiet = key && known.get(key)
      if (!key || !quiet || !isSame(quiet, view)) return false
      // As they are loaded now: the next one finds the very same.
      known.set(key, { ...quiet, compartment: view.compartment, encounters: encountersIn(view) })
      return true
    },
    keep: (view, { models, payers }) => {
      const key = keyOf(view)
      if (!key) return
      const { compartment } = view
      const encounters = encountersIn(view)
      known.set(key, { ...partsOf(view.person), compartment, models, payers: payers(), encounters })
    },
  }
}

/** Under which a patient is remembered, who must be known. */
function keyOf({ person, compartment }: CasesView): object | undefined {
  const patient = compartment.find(isPatient)
  return patient && (person.stays[0] ?? patient)
}

const isPatient = ({ resourceType }: Resource): boolean => resourceType === 'Patient'

const encountersIn = ({ person, encounterOf }: CasesView): Quiet['encounters'] =>
  person.stays.map(({ encounter }) => encounterOf(encounter))

/** Without the function that asks for insurances: by its closure it holds the whole batch that the message came with. */
function partsOf({ stays, payers: _payers, ...about }: Person): Pick<Quiet, 'stays' | 'about'> {
  return { stays, about }
}

function isSame(quiet: Quiet, view: CasesView): boolean {
  const { compartment, models, payers, encounters } = quiet
  const { stays, about } = partsOf(view.person)
  return (
    areSame(quiet.stays, stays) &&
    sayTheSame(compartment, view.compartment) &&
    sameValue(lookedAt(quiet.about, compartment), lookedAt(about, compartment)) &&
    sayTheSame(encounters, encountersIn(view)) &&
    (payers === undefined || sameValue(payers, view.person.payers?.())) &&
    models.every(({ id, version, profile }) => view.models(id, version) === profile)
  )
}

const areSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at])

/** Values that changed are news in a case that stands, and to nobody else (care-plan/triggers/watched-triggers.ts). */
function lookedAt({ changes, ...about }: Quiet['about'], compartment: readonly Resource[]): Quiet['about'] {
  const hasCase = compartment.some(({ resourceType }) => resourceType === 'EpisodeOfCare')
  return hasCase && changes ? { ...about, changes } : about
}

type Listed = Quiet['encounters']

/** Whatever their versions: what was staged is loaded as another object, and in another place. */
function sayTheSame(were: Listed, are: Listed): boolean {
  if (areSame(were, are)) return true
  if (were.length !== are.length) return false
  const known = new Map(were.map(one => [nameOf(one), one]))
  return are.every(is => {
    const was = known.get(nameOf(is))
    if (!was || !is) return known.has(nameOf(is))
    return was === is || (!isDead(is) && sameResource(was, is))
  })
}

const nameOf = (resource: Resource | undefined): string =>
  resource ? keyText({ type: resource.resourceType, id: resource.id ?? '' }) : ''

/** Of whom nobody says when, it may count when that was written. */
const isDead = (resource: Resource): boolean => resource['deceasedBoolean'] === true

/** A person and a registry of models that take down what is asked of them. */
export function noting(
  { payers, ...person }: Person,
  models: ModelLookup,
): { readonly person: Person; readonly models: ModelLookup; readonly asked: Asked } {
  const askedModels: AskedModel[] = []
  let told: ReturnType<Payers> | undefined
  return {
    asked: { models: askedModels, payers: () => told },
    person: payers ? { ...person, payers: () => (told = payers()) } : person,
    models: (id, version) => {
      const profile = models(id, version)
      askedModels.push({ id, version, profile })
      return profile
    },
  }
}
