/** Resources as a FHIR client that knows the service from its reference pages alone handles them. */
export interface Res {
  readonly resourceType: string
  readonly id: string
  // eslint-disable-next-line typescript/no-explicit-any -- any element of any resource
  readonly [element: string]: any
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // eslint-disable-next-line typescript/no-explicit-any -- answers of any shape
  readonly json: any
}

/** One deed at the desk: when, by whom, for whom, and how it gets at the server. */
export interface Desk {
  /** Time of the fact, with its offset. */
  readonly at: string
  readonly by: string
  readonly caseId: string
  readonly patient: string
  /** An id for what is new. */
  readonly newId: () => string
  readonly read: (reference: string) => Promise<Res>
  readonly search: (query: string) => Promise<readonly Res[]>
  /** All or nothing: PUT with If-Match for one, a transaction for several. */
  readonly write: (...resources: readonly Res[]) => Promise<Answered>
  /** Says under which id an event's noun came into being, for who tells the story. */
  readonly made: (event: string, id: string) => void
}

export type Deeds = Readonly<Record<string, (desk: Desk, body: Body) => Promise<Answered>>>

// eslint-disable-next-line typescript/no-explicit-any -- as the story has it
export type Body = Readonly<Record<string, any>>

export const CM = 'https://casewire.example/fhir'
export const THO = 'http://terminology.hl7.org/CodeSystem'
const HL7 = 'http://hl7.org/fhir/StructureDefinition'

export const sd = (name: string): string => `${CM}/StructureDefinition/${name}`
export const cs = (name: string): string => `${CM}/CodeSystem/${name}`
export const hl7 = (name: string): string => `${HL7}/${name}`
export const ref = (reference: string) => ({ reference })
export const concept = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display !== undefined && { display }) }],
})
export const dateOf = (at: string): string => at.slice(0, 10)

/** meta.tag and, where R4 allows it, the extension that say which case it belongs to. */
export const tagged = ({ caseId }: Desk) => ({ tag: [{ system: `${CM}/sid/case`, code: caseId }] })
export const episodeLink = ({ caseId }: Desk) => ({
  url: hl7('workflow-episodeOfCare'),
  valueReference: ref(`EpisodeOfCare/${caseId}`),
})
export const subject = ({ patient }: Desk) => ref(`Patient/${patient}`)

/** The resource with one of our extensions set, or several of the same name. */
export function extended(resource: Res, name: string, ...values: readonly object[]): Res {
  const url = sd(name)
  const others = (resource['extension'] ?? []).filter((row: { readonly url: string }) => row.url !== url)
  return { ...resource, extension: [...others, ...values.map(value => ({ url, ...value }))] }
}

/** The exact state, beside the native status that is its image. */
export const inState = (resource: Res, status: string, state: string): Res =>
  extended({ ...resource, status }, 'state', { valueCode: state })

export const rowsOf = (resource: Res, name: string): readonly Res[] =>
  (resource['extension'] ?? []).filter((row: { readonly url: string }) => row.url === sd(name))

/** An extension of several parts. */
export const parts = (entries: Readonly<Record<string, readonly [type: string, value: unknown]>>) => ({
  extension: Object.entries(entries).map(([url, [type, value]]) => ({ url, [`value${type}`]: value })),
})
