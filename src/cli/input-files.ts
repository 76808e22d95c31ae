import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Result } from '../lib/result.ts'

/** The files that arguments name: a folder stands for all files in it, in the order of their names. */
export async function inputFiles(paths: readonly string[]): Promise<Result<readonly string[]>> {
  const files: string[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (!found) return fail({ kind: 'not-found', code: 'file-unknown', message: `There is no file ${path}.` })
    if (!found.isDirectory()) files.push(path)
    else files.push(...(await filesUnder(path)))
  }
  return ok(files)
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && !entry.name.startsWith('.'))
    .map(entry => join(entry.parentPath, entry.name))
    .toSorted()
}

export const readInput = (path: string, readStdin: () => Promise<Buffer>): Promise<Buffer> =>
  path === '-' ? readStdin() : readFile(path)
