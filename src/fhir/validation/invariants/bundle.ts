import { areDistinct, each, eachAt, has, hasAny, isOneOf, textOf } from './values.ts'
import type { Checks } from './values.ts'

/** Invariants of Bundle (http://hl7.org/fhir/R4/bundle.html#invs). */
export const bundleChecks: Checks = {
  Bundle: {
    'bdl-1': bundle => !has(bundle, 'total') || isOneOf(bundle, 'type', 'searchset', 'history'),
    'bdl-2': bundle =>
      bundle['type'] === 'searchset' || each(bundle, 'entry').every(entry => !has(entry, 'search')),
    'bdl-3': bundle => {
      const isRequest = isOneOf(bundle, 'type', 'batch', 'transaction', 'history')
      return each(bundle, 'entry').every(entry => has(entry, 'request') === isRequest)
    },
    'bdl-4': bundle => {
      const isResponse = isOneOf(bundle, 'type', 'batch-response', 'transaction-response', 'history')
      return each(bundle, 'entry').every(entry => has(entry, 'response') === isResponse)
    },
    'bdl-7': bundle => {
      if (bundle['type'] === 'history') return true
      const named = each(bundle, 'entry').filter(entry => typeof entry['fullUrl'] === 'string')
      return areDistinct(
        named.map(entry => `${textOf(entry, 'fullUrl')} ${versionOf(eachAt(entry, 'resource', 'meta')[0])}`),
      )
    },
    'bdl-9': bundle => {
      const identifier = each(bundle, 'identifier')[0]
      return (
        bundle['type'] !== 'document' ||
        (!!identifier && has(identifier, 'system') && has(identifier, 'value'))
      )
    },
    'bdl-10': bundle => bundle['type'] !== 'document' || bundle['timestamp'] !== undefined,
    'bdl-11': bundle => bundle['type'] !== 'document' || firstType(bundle) === 'Composition',
    'bdl-12': bundle => bundle['type'] !== 'message' || firstType(bundle) === 'MessageHeader',
  },
  'Bundle.entry': {
    'bdl-5': entry => hasAny(entry, 'resource', 'request', 'response'),
    'bdl-8': entry => !textOf(entry, 'fullUrl')?.includes('/_history/'),
  },
}

const versionOf = (meta: Parameters<typeof textOf>[0]): string => textOf(meta, 'versionId') ?? ''

const firstType = (bundle: Parameters<typeof each>[0]): string | undefined =>
  textOf(each(each(bundle, 'entry')[0], 'resource')[0], 'resourceType')
