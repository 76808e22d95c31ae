import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { sameValue } from '../../../lib/same-value.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isDerived } from '../case-record.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'
import { NARRATIVE_ID, planNarrative } from './plan-narrative.ts'
import { derivedRows, extensionOf, withExtension, withReason } from '../lenses/slots.ts'

export interface PlanSetting {
  readonly file: CaseFile
  /** Id of the CareTeam of the case, when there is one. */
  readonly team: string | undefined
  readonly lenses: NounLenses
}

/** CarePlan.custodian of R5, as R4 may hold it (http://hl7.org/fhir/R4/versions.html#extensions). */
const CUSTODIAN = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-CarePlan.custodian'

/**
 * A plan of ours with what follows from the rest of the case: narrative, contributor, team, accountable organisation; a
 * derived transition with the organisation. The very same resource when that is what it says already; a plan that somebody
 * else wrote is none of ours.
 */
export function withPlanContent(plan: Resource, { file, team, lenses }: PlanSetting): Resource {
  const noun = lenses.fitting(plan)?.noun
  if (noun === 'transition' && isDerived(plan, lenses.names)) return withCustodian(plan, file.case.assigner)
  if (objectOf(plan['text'])['id'] !== NARRATIVE_ID || noun !== 'plan') return plan
  const text = planNarrative(lenses.of('plan').read(plan), file)
  const told = sameValue(plan['text'], text) ? plan : withElement(plan, 'text', text)
  return withCustodian(withTeam(withContributor(told), team, lenses.names.derived), file.case.assigner)
}

/** US Core reads who wrote a plan in `contributor`, older readers in `author`: who stands in the one stands in the other. */
function withContributor(plan: Resource): Resource {
  const author = textOf(objectOf(plan['author'])['reference'])
  const contributors = listOf(plan['contributor'])
  const isNamed = author === undefined || contributors.some(row => objectOf(row)['reference'] === author)
  return isNamed ? plan : withElement(plan, 'contributor', [...contributors, { reference: author }])
}

function withTeam(plan: Resource, team: string | undefined, derivedUrl: string): Resource {
  const reference = `CareTeam/${team ?? ''}`
  const isPinned = listOf(plan['careTeam'])
    .filter(isObject)
    .some(row => row['reference'] === reference && !extensionOf(row, derivedUrl))
  const rows = derivedRows('careTeam', derivedUrl, {
    keyOf: (one: string) => one,
    read: row => textOf(row['reference']) ?? '',
    write: (row, one) => withReason({ ...row, reference: one }, derivedUrl, 'team of the case'),
  })
  const wanted = team === undefined || isPinned ? [] : [reference]
  return sameValue(rows.get(plan), wanted) ? plan : rows.set(plan, wanted)
}

function withCustodian(plan: Resource, custodian: string | undefined): Resource {
  if (custodian === undefined) return plan
  const known = objectOf(extensionOf(plan, CUSTODIAN)?.['valueReference'])['reference']
  const extension = { url: CUSTODIAN, valueReference: { reference: custodian } }
  return known === custodian ? plan : withExtension(plan, CUSTODIAN, extension)
}
