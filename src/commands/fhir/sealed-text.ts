import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Caller } from './fhir-deps.ts'

/** Whose text it is: what was sealed for another tenant, caller or address opens nothing. */
export interface PageOwner {
  readonly tenant: number
  /** Who asked: the actor, and the patients that the token is limited to (one client asks for many). */
  readonly holder: string
  /** What is searched or listed, as the address says it: `Patient`, `Patient/1/_history`, or nothing for the system. */
  readonly of: string
}

/** The holder of a token, as links to pages know them. */
export function holderOf({ actor, access }: Pick<Caller, 'actor' | 'access'>): string {
  const patients = new Set(access?.rules.flatMap(({ patient }) => patient ?? []))
  return [actor, ...[...patients].toSorted()].join(' ')
}

export interface PageSeal {
  /** 32 bytes that every process of an installation has, and no client. */
  readonly key: Buffer
  readonly owner: PageOwner
  readonly nowMs: number
}

export type Unsealed =
  | { readonly kind: 'text'; readonly text: string }
  /** Damaged, made up, or meant for somebody else: which of them is nobody's business. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'expired' }

/** How long the links of a result hold. */
const HOLDS_MS = 3_600_000
const CIPHER = 'aes-256-gcm'
const [IV_BYTES, TAG_BYTES] = [12, 16]

/** A text as a token, encrypted and authenticated: nothing of it can be read from a link; it holds for an hour. */
export function sealText(text: string, { key, owner, nowMs }: PageSeal): string {
  const iv = freshIv()
  const cipher = createCipheriv(CIPHER, secretOf(key), iv, { authTagLength: TAG_BYTES }).setAAD(
    bindingOf(owner),
  )
  const sealed = Buffer.concat([cipher.update(packed(`${nowMs + HOLDS_MS}\n${text}`)), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

export function unsealText(token: string, { key, owner, nowMs }: PageSeal): Unsealed {
  const opened = decipher(Buffer.from(token, 'base64url'), key, owner)
  if (opened === undefined) return { kind: 'foreign' }
  const end = opened.indexOf('\n')
  return nowMs < Number(opened.slice(0, end))
    ? { kind: 'text', text: opened.slice(end + 1) }
    : { kind: 'expired' }
}

/** Drawn for many seals at once: asking for twelve bytes takes a fifth of a seal. */
const drawn = Buffer.alloc(IV_BYTES * 256)
let used = drawn.length

/** Bytes that are used once; a copy, for the next draw overwrites them. */
function freshIv(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += IV_BYTES
  return Buffer.from(drawn.subarray(used - IV_BYTES, used))
}

/** Made once: from its bytes it costs more than sealing a page does. */
const secrets = new WeakMap<Buffer, KeyObject>()

function secretOf(key: Buffer): KeyObject {
  const known = secrets.get(key)
  if (known) return known
  const made = createSecretKey(key)
  secrets.set(key, made)
  return made
}

/** A short text stands as it is: compressing it costs more than its bytes do. */
const PACKED_FROM = 1_000
const [PLAIN, PACKED] = [0, 1]

function packed(text: string): Buffer {
  const bytes = Buffer.from(text)
  return bytes.length < PACKED_FROM
    ? Buffer.concat([Buffer.of(PLAIN), bytes])
    : Buffer.concat([Buffer.of(PACKED), deflateRawSync(bytes)])
}

const unpacked = (bytes: Buffer): string =>
  (bytes[0] === PACKED ? inflateRawSync(bytes.subarray(1)) : bytes.subarray(1)).toString()

const bindingOf = ({ tenant, holder, of }: PageOwner): Buffer =>
  Buffer.from(JSON.stringify([tenant, holder, of]))

function decipher(bytes: Buffer, key: Buffer, owner: PageOwner): string | undefined {
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined
  const [iv, rest] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES)]
  const cipher = createDecipheriv(CIPHER, secretOf(key), iv, { authTagLength: TAG_BYTES })
    .setAAD(bindingOf(owner))
    .setAuthTag(rest.subarray(0, TAG_BYTES))
  try {
    return unpacked(Buffer.concat([cipher.update(rest.subarray(TAG_BYTES)), cipher.final()]))
  } catch {
    return undefined
  }
}
