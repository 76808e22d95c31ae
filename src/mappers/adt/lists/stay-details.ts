import type { Coding, Extension } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { billingMaps } from '../maps/billing-encounter.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { restricted, restrictionLabels } from '../resources/security-labels.ts'
import { itemsOf, noteExtensions } from './item.ts'

/** Extensions of an Encounter that follow from DRG, ACC, UB1, UB2, and the comments on the visit (NTE). */
export function stayExtensions(scope: Scope): readonly Extension[] {
  const bills = (Object.keys(billingMaps) as (keyof typeof billingMaps)[]).flatMap(group =>
    itemsOf(scope, group, 'Encounter')
      .filter(({ item }) => item.isCurrent)
      .flatMap(({ segment, context }) => {
        const { map, name } = billingMaps[group]
        const { extension } = applyRows(map, segment, context) as { extension?: Extension[] }
        const url = `${context.settings.canonicalBase}/StructureDefinition/${name}`
        return extension ? [{ url, extension }] : []
      }),
  )
  return [...bills, ...comments(scope)]
}

/** Comments (NTE) on the patient or the visit itself. */
export const comments = (scope: Scope): readonly Extension[] =>
  itemsOf(scope, 'NTE', 'Annotation')
    .filter(({ item }) => item.isCurrent)
    .flatMap(({ segment, context }) => noteExtensions([segment], context) ?? [])

/** Labels of the restrictions (ARV) on the patient or the visit. */
export const restrictions = (scope: Scope): readonly Coding[] =>
  restrictionLabels(currentSegments(scope, 'ARV'))

/** DRG-10: what the stay is grouped as is confidential. */
export const drgLabels = (scope: Scope): readonly Coding[] =>
  currentSegments(scope, 'DRG').flatMap(drg => restricted(drg.text(10) ?? undefined) ?? [])

const currentSegments = (scope: Scope, group: 'ARV' | 'DRG'): readonly Segment[] =>
  itemsOf(scope, group, 'Encounter')
    .filter(({ item }) => item.isCurrent)
    .map(({ segment }) => segment)
