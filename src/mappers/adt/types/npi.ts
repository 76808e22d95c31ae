import { universalUri, type Hd } from './hd.ts'

export const NPI_SYSTEM = 'http://hl7.org/fhir/sid/us-npi'
const NPI_OID = 'urn:oid:2.16.840.1.113883.4.6'
const NPI = /^\d{10}$/

/**
 * Whether a number is a US national provider identifier, which senders say in three ways: by its type (HL7 table 0203), by an
 * authority that is called so, or by the registry's OID (http://terminology.hl7.org/NamingSystem/npi).
 */
export const isNpi = (value: string, type: string | undefined, authority: Hd | undefined): boolean =>
  NPI.test(value) &&
  (isCalledNpi(type) ||
    isCalledNpi(authority?.namespace) ||
    (authority !== undefined && universalUri(authority) === NPI_OID))

const isCalledNpi = (name: string | undefined): boolean => name?.toUpperCase() === 'NPI'
