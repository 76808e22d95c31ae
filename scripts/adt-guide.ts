import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv } from './csv.ts'

/** The segments of the ADT messages that are mapped. */
const SEGMENTS =
  /^(?:MSH|SFT|EVN|PID|PD1|ROL|PRT|NK1|ARV|PV1|PV2|DB1|OBX|AL1|IAM|DG1|DRG|PR1|GT1|IN1|IN2|IN3|ACC|UB1|UB2|PDA|MRG|NPU|NTE)\[/

/** Rows of the guide's data type maps by map, written like those of segments. */
export const typeRows = (folder: string): ReadonlyMap<string, readonly string[]> =>
  rowsIn(join(folder, 'datatypes'), () => true)

/** Names of the guide's vocabulary maps. */
export const tableNames = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'codesystems')).map(file => /Map_ (.+) - Sheet/.exec(file)?.[1] ?? file)

/** Rows of the guide's segment maps by map: v2 identifier and FHIR attribute; `?` marks one that the guide only proposes. */
export function guideRows(folder: string): ReadonlyMap<string, readonly string[]> {
  return rowsIn(join(folder, 'segments'), name => SEGMENTS.test(name))
}

function rowsIn(folder: string, isWanted: (name: string) => boolean): ReadonlyMap<string, readonly string[]> {
  const maps = new Map<string, readonly string[]>()
  for (const file of readdirSync(folder).toSorted()) {
    const name = /FHIR R4_ (\S+) - /.exec(file)?.[1] ?? ''
    if (!isWanted(name)) continue
    const rows = readCsv(readFileSync(join(folder, file), 'utf8')).slice(2)
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
