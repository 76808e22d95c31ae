import type { Coding } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import { hl7System } from '../codes.ts'

/** What `meta.security` says of a record that its sender wants protected (http://hl7.org/fhir/R4/security-labels.html). */
const RESTRICTED: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  code: 'R',
  display: 'restricted',
}

const CELEBRITY: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  code: 'CEL',
  display: 'celebrity information sensitivity',
}

/** An indicator of HL7 table 0136 that asks for protection: PD1-12, PV2-22, DG1-18, DRG-10. */
export const restricted = (code: string | undefined): Coding | undefined =>
  code?.toUpperCase() === 'Y' ? RESTRICTED : undefined

/** PV1-16: table 0099 is site-defined, so that any code but a no names a person whom too many want to read about. */
export const veryImportant = (code: string | undefined): Coding | undefined =>
  code === undefined || NOT_IMPORTANT.has(code.toUpperCase()) ? undefined : CELEBRITY

const NOT_IMPORTANT: ReadonlySet<string> = new Set(['N', 'NO', '0', 'NRM', 'UNK', 'U'])

/** ARV (access restriction): what is restricted (HL7 table 0717), and for whose sake when that is a celebrity's (0719). */
export function restrictionLabels(arvs: readonly Segment[]): readonly Coding[] {
  return distinctLabels(
    arvs.flatMap(arv => {
      if (arv.text(2)?.toUpperCase() === 'D') return []
      const value = arv.text(3)?.toUpperCase()
      if (value === 'NO') return []
      const reasons = new Set(arv.repetitions(4).map(reason => reason.text()?.toUpperCase()))
      return [
        RESTRICTED,
        ...(value ? [{ system: hl7System('0717'), code: value }] : []),
        ...(reasons.has('VIP') ? [CELEBRITY] : []),
        ...(reasons.has('EMP') ? [EMPLOYEE] : []),
      ]
    }),
  )
}

const EMPLOYEE: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  code: 'EMP',
  display: 'employee information sensitivity',
}

/** Treatment of substance use disorder, by the unit where it takes place (42 CFR Part 2). */
export const PART_2: readonly Coding[] = [
  RESTRICTED,
  {
    system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
    code: '42CFRPart2',
    display: '42 CFR Part2',
  },
]

export function distinctLabels(labels: readonly Coding[]): readonly Coding[] {
  if (labels.length < 2) return labels
  const found = new Map(labels.map(label => [`${label.system}|${label.code}`, label]))
  return [...found.values()]
}
