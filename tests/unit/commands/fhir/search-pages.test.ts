import { describe, expect, test } from 'vitest'
import { openPage, sealPage } from '../../../../src/commands/fhir/search-pages.ts'
import type { PageSeal } from '../../../../src/commands/fhir/sealed-text.ts'

const page = {
  ...{ pairs: [['family', 'Secretson']] as const, lenient: false, nowMs: 1_000 },
  place: 'W251LCJTZWNyZXRzb24iXQ',
}
const seal: PageSeal = {
  key: Buffer.alloc(32, 7),
  owner: { tenant: 1, holder: 'Practitioner/1', of: 'Patient' },
  nowMs: 5_000,
}
const codeOf = (token: string, with_: PageSeal): string | undefined => {
  const opened = openPage(token, with_)
  return opened.ok ? undefined : opened.failure.code
}

describe('a sealed page', () => {
  test('opens to the search and the place it was made of, for an hour', () => {
    const token = sealPage(page, seal)
    expect(openPage(token, seal)).toEqual({ ok: true, value: page })
    expect(openPage(token, { ...seal, nowMs: 5_000 + 3_599_999 }).ok).toBe(true)
    expect(codeOf(token, { ...seal, nowMs: 5_000 + 3_600_000 })).toBe('search-page-expired')
  })

  test('is another each time, and shows nothing of what it holds', () => {
    const [one, other] = [sealPage(page, seal), sealPage(page, seal)]
    expect(one).not.toBe(other)
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toMatch(/Secretson|family/)
  })

  test('is sealed with a nonce of its own, however many there are', () => {
    const nonces = Array.from({ length: 1_000 }, () => sealPage(page, seal).slice(0, 16))
    expect(new Set(nonces).size).toBe(nonces.length)
  })

  test('opens for nobody else, nowhere else, under no other key, and not when a bit of it has changed', () => {
    const token = sealPage(page, seal)
    const { owner } = seal
    const others: readonly PageSeal[] = [
      { ...seal, owner: { ...owner, tenant: 2 } },
      { ...seal, owner: { ...owner, holder: 'Practitioner/2' } },
      { ...seal, owner: { ...owner, of: 'Patient/1/Observation' } },
      { ...seal, key: Buffer.alloc(32, 8) },
    ]
    for (const other of others) expect(codeOf(token, other)).toBe('search-page')
    const bytes = Buffer.from(token, 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(codeOf(changed.toString('base64url'), seal)).toBe('search-page')
      expect(codeOf(bytes.subarray(0, at).toString('base64url'), seal)).toBe('search-page')
    }
  })
})
