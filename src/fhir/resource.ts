/** JSON as this service holds it. A decimal whose digits matter (`1.50`) is a `JSON.rawJSON` object (lib/json.ts). */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

export interface Meta {
  readonly versionId?: string
  readonly lastUpdated?: string
  readonly source?: string
  readonly profile?: readonly string[]
  readonly security?: readonly Coding[]
  readonly tag?: readonly Coding[]
  readonly [element: string]: unknown
}

export interface Coding {
  readonly system?: string
  readonly version?: string
  readonly code?: string
  readonly display?: string
  readonly userSelected?: boolean
  readonly [element: string]: unknown
}

/** Any FHIR R4 resource: what the store, the routes and the validator handle. Mappers use `@medplum/fhirtypes` inside. */
export interface Resource {
  readonly resourceType: string
  readonly id?: string
  readonly meta?: Meta
  readonly [element: string]: unknown
}

/** A resource's logical address on this server, `Type/id`. */
export interface ResourceKey {
  readonly type: string
  readonly id: string
}

export const keyText = (key: ResourceKey): string => `${key.type}/${key.id}`

/** The same of a resource at hand. */
export const keyTextOf = ({ resourceType, id = '' }: Pick<Resource, 'resourceType' | 'id'>): string =>
  keyText({ type: resourceType, id })
