import { carePlan, encounter, fiveResources, patient, SYSTEM } from './resources.ts'
import type { Answered, Asked, LoadClient } from './load-client.ts'

/** A patient that the load program made. */
export interface Known {
  readonly id: string
  readonly identifier: string
  readonly n: number
  updates: number
}

/** What is known of one server: patients to ask for, and what to call the next one. */
export interface Session {
  readonly client: LoadClient
  readonly clients: number
  readonly prefix: string
  readonly pool: Known[]
  made: number
}

export interface Workload {
  readonly says: string
  readonly ask: (session: Session, worker: number) => Asked & { readonly fits: (answer: Answered) => boolean }
}

const pick = ({ pool }: Session): Known => {
  const one = pool[Math.floor(Math.random() * pool.length)]
  if (!one) throw new Error('nothing was seeded')
  return one
}

const noStore = { 'cache-control': 'no-store' }

const byIdentifier =
  (headers: Asked['headers'] = {}): Workload['ask'] =>
  session => {
    const { identifier } = pick(session)
    const path = `/Patient?identifier=${encodeURIComponent(`${SYSTEM}|${identifier}`)}`
    const fits = ({ status, text }: Answered): boolean => status === 200 && text.includes(identifier)
    return { method: 'GET', path, headers, fits }
  }

const byPatient =
  (headers: Asked['headers'] = {}): Workload['ask'] =>
  session => {
    const { id } = pick(session)
    const fits = ({ status, text }: Answered): boolean => status === 200 && text.includes(`Patient/${id}`)
    return { method: 'GET', path: `/Encounter?patient=${id}`, headers, fits }
  }

/** Each worker has its own patients: two updates of one would be a conflict on either server. */
function ownPatient({ pool, clients }: Session, worker: number): Known {
  const rounds = Math.floor(pool.length / clients)
  const one = pool[Math.floor(Math.random() * rounds) * clients + worker]
  if (!one) throw new Error('fewer patients than clients')
  return one
}

export const workloads = {
  create: {
    says: 'create a Patient',
    ask: session => {
      const n = (session.made += 1)
      const body = JSON.stringify(patient(`${session.prefix}-${n}`, n))
      return { method: 'POST', path: '/Patient', body, fits: ({ status }) => status === 201 }
    },
  },
  read: {
    says: 'read a Patient',
    ask: session => {
      const { id, identifier } = pick(session)
      const fits = ({ status, text }: Answered): boolean => status === 200 && text.includes(identifier)
      return { method: 'GET', path: `/Patient/${id}`, fits }
    },
  },
  update: {
    says: 'update a Patient',
    ask: (session, worker) => {
      const known = ownPatient(session, worker)
      known.updates += 1
      const body = { ...patient(known.identifier, known.n + known.updates * 7919), id: known.id }
      const path = `/Patient/${known.id}`
      return { method: 'PUT', path, body: JSON.stringify(body), fits: ({ status }) => status === 200 }
    },
  },
  'search by identifier': { says: 'Patient?identifier=', ask: byIdentifier() },
  'search by identifier no-store': {
    says: 'the same with Cache-Control: no-store',
    ask: byIdentifier(noStore),
  },
  'Encounter by patient': { says: 'Encounter?patient=', ask: byPatient() },
  'Encounter by patient no-store': {
    says: 'the same with Cache-Control: no-store',
    ask: byPatient(noStore),
  },
  'transaction of five': {
    says: 'Patient, Encounter, two Observations and CarePlan',
    ask: session => {
      const n = (session.made += 1)
      const body = JSON.stringify(fiveResources(`${session.prefix}-t${n}`, n))
      const fits = ({ status, text }: Answered): boolean =>
        status === 200 && (text.match(/"status"\s*:\s*"201/g) ?? []).length === 5
      return { method: 'POST', path: '', body, fits }
    },
  },
} satisfies Readonly<Record<string, Workload>>

export type WorkloadName = keyof typeof workloads
export const workloadNames = Object.keys(workloads) as readonly WorkloadName[]

/** So many patients with an Encounter and a CarePlan each: two servers are compared on the same amount of data. */
export async function seed(session: Session, patients: number): Promise<void> {
  const { client, prefix, pool } = session
  const create = async (type: string, body: object): Promise<string> => {
    const answer = await client.send({ method: 'POST', path: `/${type}`, body: JSON.stringify(body) })
    const id = /\/([A-Za-z0-9.-]{1,64})\/_history\//.exec(answer.location ?? '')?.[1]
    if (answer.status === 201 && id !== undefined) return id
    throw new Error(`a ${type} was answered ${answer.status}: ${answer.text.slice(0, 500)}`)
  }
  const worker = async (): Promise<void> => {
    while (session.made < patients) {
      const n = (session.made += 1)
      const identifier = `${prefix}-${n}`
      const id = await create('Patient', patient(identifier, n))
      const visit = await create('Encounter', encounter(`Patient/${id}`, `${identifier}-e`))
      await create('CarePlan', carePlan(`Patient/${id}`, `Encounter/${visit}`))
      pool.push({ id, identifier, n, updates: 0 })
    }
  }
  await Promise.all(Array.from({ length: session.clients }, worker))
}
