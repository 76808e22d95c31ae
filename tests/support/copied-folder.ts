import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of this run for what test files share. */
    templates: string
  }
}

/**
 * A data folder as `make` leaves it, made once in a run of the tests and copied for each who asks: to make a database cluster, migrate it
 * and fill it takes seconds, and some sixty test files want one of their own.
 */
export async function copiedFolder(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const root = inject('templates')
  const template = join(root, name)
  if (!existsSync(template)) {
    const own = mkdtempSync(join(root, 'making-'))
    await make(own)
    putInPlace(own, template)
  }
  const copy = mkdtempSync(join(tmpdir(), `cw-${name}-`))
  cpSync(template, copy, { recursive: true })
  return copy
}

/** Another worker may have been faster: its folder is as good. */
function putInPlace(own: string, template: string): void {
  try {
    renameSync(own, template)
  } catch (error) {
    if (!existsSync(template)) throw error
  }
}
