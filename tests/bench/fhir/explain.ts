import { openServer } from '../durable-server.ts'
import { progress } from './figures.ts'
import { loadClient, type LoadClient } from './load-client.ts'
import { fillDatabase } from './many-resources.ts'
import { searchForms } from './search-forms.ts'
import { openDatabases, openTarget } from './targets.ts'

/** How the database runs a search, and how long the search itself takes. */
export interface Explained {
  readonly search: string
  /** Steps that read a whole table of resources or search values, and what went wrong. */
  readonly scans: readonly string[]
  readonly ms: number
}

/** Every form of search at so many resources. */
export async function explainForms(resources: number): Promise<readonly Explained[]> {
  const server = await openServer()
  try {
    await using databases = await openDatabases(server.url)
    return await explainAt(await databases.create('explain'), resources)
  } finally {
    await server.close()
  }
}

/** The same in an empty database of the caller's. */
export async function explainAt(url: string, resources: number): Promise<readonly Explained[]> {
  await fillDatabase(url, resources)
  const target = await openTarget('casewire', url)
  const client = loadClient(target.base, { clients: 1 })
  try {
    const found: Explained[] = []
    for (const search of searchForms()) {
      const one = await explained(client, search)
      if (one.scans.length > 0) progress(`${search}: ${one.scans.join('; ')}`)
      found.push(one)
    }
    return found
  } finally {
    client.close()
    await target.close()
  }
}

async function explained(client: LoadClient, search: string): Promise<Explained> {
  const path = search.startsWith('?') ? search : `/${search}`
  const separator = path.includes('?') ? '&' : '?'
  const told = await client.send({ method: 'GET', path: encodeURI(`${path}${separator}_explain=true`) })
  const { status, text, ms } = await client.send({ method: 'GET', path: encodeURI(path) })
  const faults = [
    ...(told.status === 200 ? [] : [`_explain was answered ${told.status}: ${told.text.slice(0, 300)}`]),
    ...(status === 200 ? [] : [`answered ${status}: ${text.slice(0, 300)}`]),
  ]
  const scans = [...told.text.matchAll(/(?:Parallel )?Seq Scan on (?:resource|ix)\w*/g)].map(([step]) => step)
  return { search, scans: [...new Set(scans), ...faults], ms }
}
