import { describe, expect, test } from 'vitest'
import type { Repetition, Segment } from '../../../../src/hl7v2/segment.ts'
import { cweToCodeableConcept, cweToCoding } from '../../../../src/mappers/adt/codes.ts'
import { readText } from '../../../../src/mappers/adt/registers/field-text.ts'
import { contextOf } from '../../../../src/mappers/adt/map-context.ts'
import { typeMaps } from '../../../../src/mappers/adt/maps/type-maps.ts'
import { cxToIdentifier } from '../../../../src/mappers/adt/types/cx-identifier.ts'
import { eiToIdentifier } from '../../../../src/mappers/adt/types/ei-identifier.ts'
import { assignerSystem, hdOf } from '../../../../src/mappers/adt/types/hd.ts'
import { dtmPeriod } from '../../../../src/mappers/adt/types/period.ts'
import { plToLocations } from '../../../../src/mappers/adt/types/pl-location.ts'
import { cweToUnit, snToValue } from '../../../../src/mappers/adt/types/quantity.ts'
import { xadToAddress } from '../../../../src/mappers/adt/types/xad-address.ts'
import { xcnToPractitioner } from '../../../../src/mappers/adt/types/xcn-practitioner.ts'
import { hdToOrganization, xonToOrganization } from '../../../../src/mappers/adt/types/xon-organization.ts'
import { xpnToHumanName, xpnToNickname } from '../../../../src/mappers/adt/types/xpn-human-name.ts'
import { xtnToContactPoint } from '../../../../src/mappers/adt/types/xtn-contact-point.ts'
import { settings } from '../../../support/adt/memory.ts'

const context = contextOf('APP|VALLEY', settings, () => undefined)
const at = 'ZZZ-1'

type Convert = (field: Repetition, segment: Segment) => unknown

const concept: Convert = field => cweToCodeableConcept(field, context, { at })
const scene = (segment: Segment) => ({ segment, context, at })

/** A conversion, and fields in which each component of it counts: of one that another hides, a field without that one. */
const probes: Readonly<Record<string, readonly [Convert, ...string[]]>> = {
  'CE[CodeableConcept]': [concept, 'A^a^LN^B^b^SCT'],
  'CNE[CodeableConcept]': [concept, 'A^a^LN^B^b^SCT^1^2^text^C^c^I10^3'],
  'CWE[CodeableConcept]': [concept, 'A^a^LN^B^b^SCT^1^2^text^C^c^I10^3'],
  'CWE[Coding]': [field => cweToCoding(field, context, { at }), 'A^a^LN^^^^1'],
  'CWE[Quantity]': [(field, segment) => cweToUnit(field, scene(segment)), 'kg^kilogram^UCUM'],
  'CX[Identifier]': [field => cxToIdentifier(field, context, at), '1^2^M11^HILL^MR^^20200101^20210101'],
  'DR[Period]': [
    field => dtmPeriod(field.text(1) ?? undefined, field.text(2) ?? undefined, context, at),
    '20200101^20210101',
  ],
  'EI[Identifier-Extension]': [field => eiToIdentifier(field, context), '1^HILL'],
  'HD[Organization]': [
    field => hdToOrganization(hdOf(field), context, field.text(1) ?? undefined),
    'HILL^1.2.3^ISO',
    'HILL^1.2.3^L',
  ],
  'HD[uri]': [field => assignerSystem(hdOf(field), context), 'HILL', '^1.2.3^ISO'],
  'PL[Location]': [field => plToLocations(field, context), 'MED^101^A^HILL^^^EAST^3^window'],
  'SN[Quantity]': [(field, segment) => snToValue(field, {}, scene(segment)), '>^5'],
  'SN[Range]': [(field, segment) => snToValue(field, {}, scene(segment)), '^1^-^2'],
  'SN[Ratio]': [(field, segment) => snToValue(field, {}, scene(segment)), '^1^:^2'],
  'XAD[Address]': [
    field => xadToAddress(field, context, at),
    '1 MILL RD&MILL RD&1^APT 3^TOWN^CA^90001^USA^H^^COUNTY^TRACT^^^20200101^20210101^^^^^SAM',
    '1 MILL RD^^^^^^^^^^^20200101&20210101',
  ],
  'XCN[Practitioner]': [
    field => xcnToPractitioner(field, context, at),
    '1^WEST^ANN^B^JR^DR^MD^^HILL^L^^^NPI^^^^^F^20200101^20210101^RN',
    '1^WEST^^^^^^^^^^^^^^^20200101&20210101',
  ],
  'XON[Organization]': [
    field => xonToOrganization(field, context),
    'HILL^^^^^LAKE^XX^^^55',
    'HILL^^44^^^LAKE^XX',
  ],
  'XPN[HumanName]': [
    field => [xpnToHumanName(field, context, at), xpnToNickname(field)],
    'RIVER^ALEX^B^JR^MR^MD^L^^^^F^20200101^20210101^RN^ALI',
    'RIVER^^^^^^^^^20200101&20210101',
  ],
  'XTN[ContactPoint]': [
    field => xtnToContactPoint(field, context, at),
    '5551234^PRN^CP^^^^^^^^^^20200101^20210101^^^^1',
    '5551234^^FX',
    '^^^a@b.example',
    '^^^^^213^5551234',
    '^^^^^^^^^^^2135551234',
  ],
}

const reading = ([convert]: (typeof probes)[string], text: string): string => {
  const segment = readText(`ZZZ|${text}`)
  const [field] = segment.repetitions(1)
  return field ? JSON.stringify(convert(field, segment)) : ''
}

const without = (text: string, component: number): string =>
  text
    .split('^')
    .map((part, index) => (index === component - 1 ? '' : part))
    .join('^')

const followed = typeMaps.filter(({ map }) => Object.hasOwn(probes, map))

describe('components of data types that are said to be mapped', () => {
  test.each(followed)('$map: each has an effect', ({ map, components }) => {
    const probe = probes[map] as (typeof probes)[string]
    const [, ...texts] = probe
    const idle = components.filter(component =>
      texts.every(text => reading(probe, text) === reading(probe, without(text, component))),
    )
    expect(idle).toEqual([])
  })

  test('nearly all of them are tried here', () => {
    expect(typeMaps.length - followed.length).toBeLessThan(16)
  })
})
