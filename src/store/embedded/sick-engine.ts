import type { PGlite } from '@electric-sql/pglite'

/** PGlite's own sign for an ordinary SQL error: the engine's longjmp into its main loop, after which it goes on. */
const SQL_ERROR = 100
/** Takes one message in and answers it. */
const MAIN_LOOP = '_PostgresMainLoopOnce'

/**
 * Calls `end` in the very moment the engine breaks: a PANIC (the log could not be written), memory used up, a trap. A
 * server process would be gone then. PGlite catches what ended it and feeds it the rest of what was sent: answers
 * come out of step ("unexpected parseComplete"), and at the next PANIC it spins for ever inside one call, so that
 * nothing but the end of the thread helps, and no later event of the thread could bring that about.
 */
export function endWhenSick({ Module: engine }: Pick<PGlite, 'Module'>, end: () => void): void {
  const step = engine[MAIN_LOOP]
  if (typeof step !== 'function') throw new Error('this version of PGlite has no main loop to watch')
  engine[MAIN_LOOP] = () => {
    try {
      step()
    } catch (error) {
      if ((error as { readonly status?: unknown }).status !== SQL_ERROR) end()
      throw error
    }
  }
}

/**
 * Severities of an ErrorResponse (PostgreSQL protocol, 55.8) after which a server ends itself, because its memory may no
 * longer agree with its log.
 */
const LAST_WORDS = [Buffer.from('SPANIC\0VPANIC\0'), Buffer.from('SFATAL\0VFATAL\0')]
/** One byte less than them. */
const KEPT = 13
const holdsLastWords = (bytes: Buffer): boolean => LAST_WORDS.some(words => bytes.includes(words))

/** Tells of each piece of an answer whether the engine spoke its last words, wherever the pieces were cut. */
export function lastWords(): (piece: Buffer) => boolean {
  let before = Buffer.alloc(0)
  return piece => {
    const isLast = holdsLastWords(piece) || holdsLastWords(Buffer.concat([before, piece.subarray(0, KEPT)]))
    before = Buffer.concat([before, piece.subarray(-KEPT)]).subarray(-KEPT)
    return isLast
  }
}
