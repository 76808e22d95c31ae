import type { Resource } from '../../../fhir/resource.ts'
import { element, type Loose } from './element.ts'

/** A resource that is computed from what messages said, with its own id. */
export type Derived = Resource & { readonly id: string }

/** A resource of type `T` without its absent parts. */
export const derived = <T extends { readonly resourceType: string }>(
  parts: Loose<T> & { readonly id: string },
): Derived => element<T>(parts) as unknown as Derived
