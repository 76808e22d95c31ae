import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Public test data, kept beside the checkout (`CASEWIRE_DATA`); nothing of it is in this repository. */
export const dataFolder = process.env['CASEWIRE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')

export const hasData = (folder: string): boolean => existsSync(join(dataFolder, folder))

/** The ER7 files of the public ADT corpus, in the order of their names. */
export function corpusFiles(): readonly string[] {
  const folder = join(dataFolder, 'adt-corpus')
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, String(name)))
    .filter(name => /\.(?:hl7|txt|er7|adt)$/i.test(name))
    .toSorted()
}
