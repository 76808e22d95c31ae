import pg from 'pg'
import type { Instant } from '../../lib/clock.ts'

const TIMESTAMPTZ = 1184

/** Type parsers of every connection: timestamptz as Instant, the rest as the driver has it (int8 as text, bytea as Buffer). */
export const rowTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === TIMESTAMPTZ && format !== 'binary'
      ? instantIn
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

/** `2026-10-05 18:30:00.12+00` as `2026-10-05T18:30:00.120Z`. */
function instantIn(text: string): Instant {
  if (!text.endsWith('+00') || text.length > 26 || text.charCodeAt(10) !== 32)
    return (pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date)(text).toISOString()
  const fraction = text.slice(20, -3)
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`
}
