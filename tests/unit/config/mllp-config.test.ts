import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/environment.ts'

const wrongNames = (environment: Record<string, string>): readonly string[] => {
  const read = readConfig(environment)
  return read.ok ? [] : read.wrong.map(({ name }) => name)
}
/** Any file that there is: whether it holds a certificate is seen at the start. */
const file = import.meta.filename
const tls = { MLLP_TLS_CERT: file, MLLP_TLS_KEY: file }

describe('the MLLP listener', () => {
  it('is not there unless MLLP_PORT is set, and listens on loopback then', () => {
    const [without, with2575] = [readConfig({}), readConfig({ MLLP_PORT: '2575' })]
    expect(without.ok && without.value.mllp).toBeUndefined()
    expect(with2575.ok && with2575.value.mllp).toEqual({ host: '127.0.0.1', port: 2575, connectionsMax: 100 })
  })

  it('is reached from beyond this machine only with certificates of the engines, or AUTH=insecure-open', () => {
    const open = { MLLP_PORT: '2575', MLLP_HOST: '0.0.0.0' }
    expect(wrongNames(open)).toEqual(['MLLP_HOST'])
    expect(wrongNames({ ...open, ...tls })).toEqual(['MLLP_HOST'])
    expect(wrongNames({ ...open, ...tls, MLLP_TLS_CLIENT_CA: file })).toEqual([])
    expect(wrongNames({ ...open, AUTH: 'insecure-open' })).toEqual([])
  })

  it('wants certificate and key together, and both with authorities of engines', () => {
    expect(wrongNames({ MLLP_PORT: '2575', MLLP_TLS_CERT: file })).toEqual(['MLLP_TLS_KEY'])
    expect(wrongNames({ MLLP_PORT: '2575', MLLP_TLS_CLIENT_CA: file })).toEqual(['MLLP_TLS_CERT'])
  })
})
