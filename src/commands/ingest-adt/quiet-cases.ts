import type { ModelLookup, ModelProfile } from '../../care-plan/model-profile.ts'
import { sameValue } from '../../lib/same-value.ts'
import type { Resource } from '../../fhir/resource.ts'
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
 * What follows for cases is a function of what is looked at (mappers/case/case-effects.ts): where nothing followed, and
 * all of it is the very same, nothing follows again. Most messages of a real feed say nothing new. Remembered as long
 * as the Patient is (parsed-resources.ts), by the law that was asked.
 */
export interface QuietCases {
  readonly has: (view: CasesView) => boolean
  readonly keep: (view: CasesView, asked: Asked) => void
}

export function quietCases(): QuietCases {
  const known = new WeakMap<Resource, Quiet>()
  return {
    has: view => {
      const patient = patientIn(view)
      const quiet = patient && known.get(patient)
      return quiet !== undefined && isSame(quiet, view)
    },
    keep: (view, { models, payers }) => {
      const patient = patientIn(view)
      if (!patient) return
      const { compartment } = view
      const encounters = encountersIn(view)
      known.set(patient, { ...partsOf(view.person), compartment, models, payers: payers(), encounters })
    },
  }
}

const patientIn = ({ compartment }: CasesView): Resource | undefined =>
  compartment.find(({ resourceType }) => resourceType === 'Patient')

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
    areSame(compartment, view.compartment) &&
    sameValue(quiet.about, about) &&
    areSame(encounters, encountersIn(view)) &&
    (payers === undefined || sameValue(payers, view.person.payers?.())) &&
    models.every(({ id, version, profile }) => view.models(id, version) === profile)
  )
}

const areSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at])

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
