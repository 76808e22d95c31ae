import type { CodeableConcept, Extension, Identifier, Reference } from '@medplum/fhirtypes'
import { parseJson } from '../../../lib/json.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept, type TableName } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateOf, dateTimeOf } from '../map-context.ts'
import type { Row, Scene } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { eiToIdentifier } from '../types/ei-identifier.ts'
import { plToReference } from '../types/pl-location.ts'
import { xadToAddress } from '../types/xad-address.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'
import { xonToReference } from '../types/xon-organization.ts'
import { xpnToHumanName } from '../types/xpn-human-name.ts'
import { xtnToContactPoint } from '../types/xtn-contact-point.ts'

/** Conversions of a field that several maps use, as the value of a row. */
export const dateTime = (field: Repetition, { context, at }: Scene): string | undefined =>
  dateTimeOf(valued(field), context, at)

export const date = (field: Repetition, { context, at }: Scene): string | undefined =>
  dateOf(valued(field), context, at)

export const text = (field: Repetition): string | undefined => valued(field)

/** A code of a field whose HL7 table is mapped (`map`) or only known by its number. */
export const concept =
  (of: { readonly map?: TableName; readonly table?: string } = {}) =>
  (field: Repetition, { context, at }: Scene): CodeableConcept | undefined =>
    cweToCodeableConcept(field, context, { ...of, at })

export const practitioner = (xcn: Repetition, { context }: Scene) => xcnToReference(xcn, context)

export const organization = (xon: Repetition, { context }: Scene) => xonToReference(xon, context)

export const place = (pl: Repetition, { context }: Scene) => plToReference(pl, context)

export const personName = (xpn: Repetition, { context, at }: Scene) => xpnToHumanName(xpn, context, at)

export const address = (xad: Repetition, { context, at }: Scene) => xadToAddress(xad, context, at)

export const telecom =
  (use?: 'home' | 'work') =>
  (xtn: Repetition, { context, at }: Scene) =>
    xtnToContactPoint(xtn, context, at, use)

export const numbered = (cx: Repetition, { context, at }: Scene) => cxToIdentifier(cx, context, at)

export const entity = (ei: Repetition, { context }: Scene): Identifier | undefined =>
  eiToIdentifier(ei, context)

/** A part of an extension of several: its own URL, and what is read of the field. */
export const partOf =
  (url: string, read: (field: Repetition, scene: Scene) => Omit<Extension, 'url'> | undefined) =>
  (field: Repetition, scene: Scene): Extension | undefined => {
    const said = read(field, scene)
    return said && { url, ...said }
  }

/** HL7 table 0136. */
export function yesNo(field: Repetition): boolean | undefined {
  const code = valued(field)?.toUpperCase()
  return code === 'Y' ? true : code === 'N' ? false : undefined
}

const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)$/

/** An NM with its digits as sent: FHIR decimals keep their precision. Undefined, and noted, when it is no number. */
export function decimal(said: string | undefined, { context, at }: Scene): number | undefined {
  if (said === undefined) return undefined
  const [, digits] = DECIMAL.exec(said) ?? []
  if (digits === undefined) {
    context.report({ code: 'value-invalid', expression: at })
    return undefined
  }
  const [whole = '', fraction = ''] = digits.split('.')
  const number = `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}`
  return (parseJson(`[${said.startsWith('-') ? '-' : ''}${number}]`) as number[])[0]
}

/** A whole number between bounds, for elements of FHIR that take no other. */
export function integer(field: Repetition, min = 0, max = 2 ** 31 - 1): number | undefined {
  const number = Number(valued(field))
  return valued(field) !== undefined && Number.isInteger(number) && number >= min && number <= max
    ? number
    : undefined
}

/** A name that stands for nobody who is known by a number. */
export function named(xpn: Repetition): Reference<never> | undefined {
  const parts = [valued(xpn, 5), valued(xpn, 2), valued(xpn, 3), valued(xpn, 1), valued(xpn, 4)]
  const display = parts.filter(part => part !== undefined).join(' ')
  return display === '' ? undefined : { display }
}

interface ExtensionRows {
  readonly v2: string
  /** Path of the extension in the map, e.g. `extension[1]`. */
  readonly path: string
  readonly url: string
  /** `valueString`, ... */
  readonly element: string
  readonly via: string
  readonly value: Row['value']
  readonly when?: Row['when']
  /** The guide's spelling of the path. */
  readonly ig?: string
  /** The guide's spelling of `url`. */
  readonly igUrl?: string
  readonly ours?: string
}

/** The two rows of an extension with a simple value. */
export function extensionRows(of: ExtensionRows): readonly Row[] {
  const { v2, path, url, element: name, via, value, when, ig, igUrl = 'url', ours } = of
  const more = { ...(when && { when }), ...(ours !== undefined && { ours }) }
  const spelt = (attribute: string) =>
    ig === undefined && attribute === 'url' && igUrl === 'url' ? {} : { ig: `${ig ?? path}.${attribute}` }
  return [
    {
      v2,
      to: `${path}.url`,
      via: `"${url}"`,
      value: (_field, { context }) => url.replace('{cm}', context.settings.canonicalBase),
      ...more,
      ...spelt(igUrl),
    },
    { v2, to: `${path}.${name}`, via, value, ...more, ...(ig !== undefined && { ig: `${ig}.${name}` }) },
  ]
}
