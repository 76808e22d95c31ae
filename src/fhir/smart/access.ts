/** create, read, update, delete, search: the letters of a SMART v2 scope, in this order (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html). */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's'

/** What a token allows: any rule that covers type, permission and resource is enough. */
export interface Access {
  readonly rules: readonly AccessRule[]
  /** Roles of case management from the configured claim: case-manager, supervisor, reviewer, payer, provider, patient, system. */
  readonly roles: ReadonlySet<string>
}

/** One scope. */
export interface AccessRule {
  /** A resource type, or `*`. */
  readonly type: string
  readonly permissions: ReadonlySet<Permission>
  /** Id of the Patient whose compartment it is limited to (`patient/` scopes); undefined = no compartment. */
  readonly patient?: string
  /** Search parameters of a granular scope that a resource must fulfil: `category=...`. */
  readonly query?: readonly (readonly [name: string, value: string])[]
}
