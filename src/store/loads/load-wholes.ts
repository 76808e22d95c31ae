import { indexedParametersOf, isTargetOf } from '../../fhir/search/parameters.ts'
import { lookupText } from '../../fhir/search/indexing/index-entry.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { resourceTypes } from '../../fhir/resource-types.ts'
import { int2Array, textArray } from '../connection/binary-arrays.ts'
import type { Statement } from '../connection/db.ts'
import { rowColumns, typeNumber } from '../search/search-rows.ts'

const columns = rowColumns('r').join(', ')

/** Everything that is in the record of these patients, or refers to them by a search parameter of R4. */
export const wholeRecords = (tenant: number, patients: readonly string[]): readonly Statement[] => [
  {
    name: 'cw_load_in_record',
    text: `select ${columns} from unnest($2::text[]) h (patient)
      join resource r on r.tenant = $1 and r.patient = h.patient`,
    values: [tenant, textArray(patients)],
  },
  {
    name: 'cw_load_by_reference',
    text: `select ${columns} from unnest($2::int2[], $3::int2[]) p (type, param)
      cross join unnest($4::text[]) v (val)
      join ix i on i.tenant = $1 and i.type = p.type and i.param = p.param and i.val = v.val
      join resource r on r.shard = i.shard and r.tenant = $1 and r.type = i.type and r.id = i.rid`,
    values: [tenant, ...parametersToPatients(), references(patients)],
  },
  {
    name: 'cw_load_by_owner',
    text: `select ${columns} from unnest($2::int2[]) o (type) cross join unnest($3::text[]) v (val)
      join resource r on r.tenant = $1 and r.type = o.type and r.owner = v.val`,
    values: [tenant, int2Array(lead('owner').map(({ type }) => typeNumber(type))), references(patients)],
  },
]

const references = (patients: readonly string[]): Buffer =>
  textArray(patients.map(id => lookupText(`Patient/${id}`)))

/** Found out once: the expressions of all parameters are read for it. */
let known: readonly Buffer[] | undefined

function parametersToPatients(): readonly Buffer[] {
  if (known) return known
  const found = lead(undefined)
  known = [int2Array(found.map(({ type }) => typeNumber(type))), int2Array(found.map(({ number }) => number))]
  return known
}

/** Search parameters that may lead to a Patient and are held in this column, or in rows of their own. */
const lead = (column: 'owner' | undefined): readonly { readonly type: string; readonly number: number }[] =>
  Object.keys(resourceTypes).flatMap(type =>
    indexedParametersOf(type)
      .filter(
        parameter => isTargetOf(parameter, 'Patient') && promotedColumn(type, parameter.code) === column,
      )
      .map(({ number }) => ({ type, number })),
  )
