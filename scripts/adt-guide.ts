import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv } from './csv.ts'

/** The segments of the ADT messages that are mapped. */
const SEGMENTS = /^(?:MSH|EVN|PID|NK1|PV1|PV2|DG1|IN1)\[/

/** Rows of the guide's segment maps by map: v2 identifier and FHIR attribute; `?` marks one that the guide only proposes. */
export function guideRows(folder: string): ReadonlyMap<string, readonly string[]> {
  const maps = new Map<string, readonly string[]>()
  for (const file of readdirSync(join(folder, 'segments')).toSorted()) {
    const name = /FHIR R4_ (\S+) - /.exec(file)?.[1] ?? ''
    if (!SEGMENTS.test(name)) continue
    const rows = readCsv(readFileSync(join(folder, 'segments', file), 'utf8')).slice(2)
    maps.set(name, [...new Set(rows.flatMap(rowName))])
  }
  return maps
}

/** Columns: 1 v2 identifier, 9 FHIR attribute, 10 an attribute that does not exist yet. */
function rowName(row: readonly string[]): readonly string[] {
  const [v2, to, proposed] = [row[1]?.trim() ?? '', row[9]?.trim() ?? '', row[10]?.trim() ?? '']
  if (to !== '') return [`${v2} ${to}`]
  return proposed === '' ? [] : [`${v2} ?${proposed}`]
}
