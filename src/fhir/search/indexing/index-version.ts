import { hash } from 'node:crypto'
import { ownParameters } from '../own-parameters.ts'
import { searchParameters } from '../parameters.ts'

/** What a program indexes: `name` differs when anything does, `code` is higher in a later one. */
export interface IndexVersion {
  readonly name: string
  readonly code: number
}

/**
 * Raised whenever a resource gets other rows or columns than before: by its parameters or by the code that takes their values (a
 * conformance test tells). An older program leaves the rows of a later one alone.
 */
const INDEX_CODE = 7

/** A database whose rows were made under another name is indexed anew (store/reindex.ts). */
export function indexVersion(): IndexVersion {
  const parameters = searchParameters.map(({ code, type, base, expression, component, target }) => [
    ...[code, type, base, expression, component, target],
  ])
  const name = hash('sha256', JSON.stringify([INDEX_CODE, parameters, ownParameters]), 'hex').slice(0, 32)
  return { name, code: INDEX_CODE }
}
