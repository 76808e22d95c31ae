/**
 * PostgreSQL's binary array format, for `unnest($n::type[])`: node-postgres sends a Buffer as it is, which spares the
 * quoting of array texts on our side and their parsing on the server's (measured 1.14 to 1.25 times faster).
 * Source: array_recv in PostgreSQL's src/backend/utils/adt/arrayfuncs.c; a one-dimensional array is 20 bytes of header
 * (dimensions, has-null, element type, length, lower bound), then length-prefixed elements.
 */
const oids = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, timestamptz: 1184 } as const

const HEADER = 20
/** 2000-01-01T00:00:00Z, where PostgreSQL's clock begins. */
const EPOCH_MS = 946_684_800_000

type Maybe<T> = T | null | undefined

export const int2Array = (values: readonly Maybe<number>[]): Buffer =>
  fixedArray(oids.int2, 2, values, writeInt2)
export const int4Array = (values: readonly Maybe<number>[]): Buffer =>
  fixedArray(oids.int4, 4, values, writeInt4)
export const int8Array = (values: readonly Maybe<number | bigint>[]): Buffer =>
  fixedArray(oids.int8, 8, values, writeInt8)
export const boolArray = (values: readonly boolean[]): Buffer => fixedArray(oids.bool, 1, values, writeBool)

/** Milliseconds since 1970 UTC. */
export const timestampArray = (values: readonly Maybe<number>[]): Buffer =>
  fixedArray(oids.timestamptz, 8, values, writeTimestamp)

const writeInt2 = (buffer: Buffer, value: number, at: number): unknown => buffer.writeInt16BE(value, at)
const writeInt4 = (buffer: Buffer, value: number, at: number): unknown => buffer.writeInt32BE(value, at)
const writeInt8 = (buffer: Buffer, value: number | bigint, at: number): unknown =>
  buffer.writeBigInt64BE(BigInt.asIntN(64, BigInt(value)), at)
const writeBool = (buffer: Buffer, value: boolean, at: number): unknown => buffer.writeInt8(value ? 1 : 0, at)

function writeTimestamp(buffer: Buffer, ms: number, at: number): void {
  const us = (ms - EPOCH_MS) * 1000
  const high = Math.floor(us / 0x1_0000_0000)
  buffer.writeInt32BE(high, at)
  buffer.writeUInt32BE(us - high * 0x1_0000_0000, at + 4)
}

function fixedArray<T>(
  oid: number,
  size: number,
  values: readonly Maybe<T>[],
  write: (buffer: Buffer, value: T, at: number) => unknown,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + values.length * (size + 4))
  let at = writeHeader(buffer, oid, values.length)
  for (const value of values) {
    const absent = value === undefined || value === null
    buffer.writeInt32BE(absent ? -1 : size, at)
    at += 4
    if (absent) continue
    write(buffer, value, at)
    at += size
  }
  return at === buffer.length ? buffer : buffer.subarray(0, at)
}

/** Grows to the largest array seen; an array is copied out of it. */
let scratch = Buffer.allocUnsafe(1 << 20)

/** Texts, or texts that are encoded already. */
export function textArray(values: readonly Maybe<string | Buffer>[]): Buffer {
  let at = writeHeader(scratch, oids.text, values.length)
  for (const value of values) {
    const start = at
    at += 4
    if (value === undefined || value === null) {
      reserve(at)
      scratch.writeInt32BE(-1, start)
      continue
    }
    reserve(at + value.length * 3)
    at += typeof value === 'string' ? scratch.write(value, at) : value.copy(scratch, at)
    scratch.writeInt32BE(at - start - 4, start)
  }
  const buffer = Buffer.allocUnsafe(at)
  scratch.copy(buffer, 0, 0, at)
  return buffer
}

export function byteaArray(values: readonly Buffer[]): Buffer {
  const buffer = Buffer.allocUnsafe(values.reduce((size, value) => size + 4 + value.length, HEADER))
  let at = writeHeader(buffer, oids.bytea, values.length)
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at)
    at += value.copy(buffer, at)
  }
  return buffer.subarray(0, at)
}

/** Writes the header and gives where the first element begins; an empty array has no dimension. */
function writeHeader(buffer: Buffer, oid: number, length: number): number {
  buffer.writeInt32BE(length ? 1 : 0, 0)
  buffer.writeInt32BE(1, 4)
  buffer.writeInt32BE(oid, 8)
  if (!length) return 12
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
  return HEADER
}

function reserve(size: number): void {
  if (size <= scratch.length) return
  const larger = Buffer.allocUnsafe(Math.max(size, scratch.length * 2))
  scratch.copy(larger)
  scratch = larger
}
