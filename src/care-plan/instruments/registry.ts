import { auditC } from './audit-c.ts'
import { cognitionList, functionList } from './function-cognition.ts'
import { finances, homeAndFamily, strengthsList } from './home-strengths.ts'
import type { Instrument } from './instrument.ts'
import { gad7, phq9 } from './phq-gad.ts'
import { ahcHrsn, hungerVitalSign } from './social-needs.ts'

/** Every instrument that is shipped. A new version is a new row beside the old one: answers keep the version they were given to. */
export const instruments: readonly Instrument[] = [
  phq9,
  gad7,
  auditC,
  hungerVitalSign,
  ahcHrsn,
  functionList,
  cognitionList,
  homeAndFamily,
  finances,
  strengthsList,
]

/** `phq-9|1.0.0`: how answers name the instrument they were given to. */
export const versionedId = ({ id, version }: Pick<Instrument, 'id' | 'version'>): string => `${id}|${version}`

const byName: ReadonlyMap<string, Instrument> = new Map(
  instruments.flatMap(one => [
    [one.id, one] as const,
    [versionedId(one), one] as const,
    ...(one.loinc === undefined ? [] : [[`http://loinc.org/q/${one.loinc}`, one] as const]),
  ]),
)

/** The instrument by id (newest version), `id|version`, our canonical with or without version, or LOINC's form URL. */
export function instrumentNamed(name: string): Instrument | undefined {
  return byName.get(name) ?? byName.get(/\/Questionnaire\/([^/]+)$/.exec(name)?.[1] ?? '')
}
