import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { shardInId } from '../../../src/lib/ids.ts'
import { ok } from '../../../src/lib/result.ts'
import type { FhirServer, FhirServerOptions } from '../../support/fhir-server.ts'

interface Provenance {
  readonly id: string
  readonly target: readonly { readonly reference: string }[]
  readonly activity: { readonly coding: readonly { readonly code: string }[] }
  readonly [element: string]: unknown
}

/** Who did what stands in Provenance (interface.md 3), over any store. */
export function provenanceContract(open: (options?: FhirServerOptions) => Promise<FhirServer>): void {
  let server: FhirServer
  beforeAll(async () => {
    server = await open({
      targets: [
        { target: 'peer:north', types: new Set(['Basic']) },
        { target: 'peer:south', types: new Set(['Basic', 'Provenance']) },
      ],
      // The law changes a Task along with every EpisodeOfCare.
      applyCaseLaw: ({ changed }) =>
        ok([
          ...changed,
          ...changed.flatMap(({ resourceType, id }) =>
            resourceType === 'EpisodeOfCare'
              ? [{ resourceType: 'Task', id: `${id}-duty`, status: 'requested', intent: 'order' }]
              : [],
          ),
        ]),
    })
  })
  afterAll(() => server.close())

  const actor = { 'x-actor': 'Practitioner/pat' }
  const provenances = async (target: string): Promise<readonly Provenance[]> => {
    const found = await server.call({ path: `/Provenance?target=${target}&_sort=_lastUpdated` })
    return (found.json.entry ?? []).map((entry: { readonly resource: Provenance }) => entry.resource)
  }
  const count = async (): Promise<number> =>
    (await server.call({ path: '/Provenance?_summary=count' })).json.total
  const put = (resource: { resourceType: string; id: string; [element: string]: unknown }) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  })
  const send = (...entry: readonly unknown[]) =>
    server.call({ method: 'POST', path: '/', body: { resourceType: 'Bundle', type: 'transaction', entry } })

  describe('the Provenance of a FHIR write', () => {
    test('names the actor, the instant, the operation and the version, and is valid R4', async () => {
      const body = { resourceType: 'Patient', active: true }
      const made = await server.call({ method: 'POST', path: '/Patient', body, headers: actor })
      const key = `Patient/${made.json.id}`
      const [said, ...more] = await provenances(key)
      expect(more).toEqual([])
      expect(said).toMatchObject({
        target: [{ reference: `${key}/_history/1` }],
        recorded: made.json.meta.lastUpdated,
        agent: [{ who: { reference: 'Practitioner/pat' } }],
        activity: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'CREATE' }],
        },
      })
      expect(validateResource(said).filter(({ severity }) => severity === 'error')).toEqual([])
      expect(shardInId(said?.id ?? '')).toBe(shardInId(made.json.id))
      expect((await server.call({ path: `/Provenance?patient=${made.json.id}` })).json.entry).toHaveLength(1)
    })

    test('without X-Actor names the local device, for an update and for a deletion', async () => {
      const path = '/Patient/ends'
      await server.call({ method: 'PUT', path, body: { resourceType: 'Patient', id: 'ends' } })
      server.clock.nowMs += 1000
      await server.call({ method: 'PUT', path, body: { resourceType: 'Patient', id: 'ends', active: true } })
      server.clock.nowMs += 1000
      await server.call({ method: 'DELETE', path })
      const all = await provenances('Patient/ends')
      expect(all.map(({ activity }) => activity.coding.map(({ code }) => code))).toEqual([
        ['CREATE'],
        ['UPDATE'],
        ['DELETE'],
      ])
      expect(all.map(({ target }) => target[0]?.reference.at(-1))).toEqual(['1', '2', '3'])
      expect(all[2]).toMatchObject({ agent: [{ who: { reference: 'Device/local-development' } }] })
    })

    test('is one for a whole transaction, with what the case law changed along', async () => {
      await server.call({
        method: 'PUT',
        path: '/Location/gone',
        body: { resourceType: 'Location', id: 'gone' },
      })
      const before = await count()
      const reply = await send(
        put({ resourceType: 'Patient', id: 'whole' }),
        put({
          ...{ resourceType: 'EpisodeOfCare', id: 'case', status: 'active' },
          patient: { reference: 'Patient/whole' },
        }),
        { request: { method: 'DELETE', url: 'Location/gone' } },
      )
      expect(reply.status).toBe(200)
      expect(await count()).toBe(before + 1)
      const [said] = await provenances('EpisodeOfCare/case')
      expect(said?.target.map(({ reference }) => reference)).toEqual([
        'Patient/whole/_history/1',
        'EpisodeOfCare/case/_history/1',
        'Location/gone/_history/2',
        'Task/case-duty/_history/1',
      ])
      expect(said?.activity.coding.map(({ code }) => code)).toEqual(['CREATE', 'DELETE'])
    })

    test('goes to a peer only where that peer takes Provenance', async () => {
      const depths = async () =>
        new Map((await server.store.outbox.depth()).map(({ target, rows }) => [target, rows]))
      const before = await depths()
      const body = { resourceType: 'Basic', id: 'pushed', code: { text: 'note' } }
      expect((await server.call({ method: 'PUT', path: '/Basic/pushed', body })).status).toBe(201)
      const after = await depths()
      const added = (target: string) => (after.get(target) ?? 0) - (before.get(target) ?? 0)
      expect([added('peer:north'), added('peer:south')]).toEqual([1, 2])
    })

    test('is not made when nothing changed, nor for a Provenance or an AuditEvent', async () => {
      const body = { resourceType: 'Patient', id: 'still' }
      await server.call({ method: 'PUT', path: '/Patient/still', body })
      const before = await count()
      await server.call({ method: 'PUT', path: '/Patient/still', body })
      await server.call({ method: 'DELETE', path: '/Patient/never-there' })
      const refused = { ...body, gender: 'nonsense' }
      await server.call({ method: 'PUT', path: '/Patient/still', body: refused })
      expect(await count()).toBe(before)
      const own = {
        ...{ resourceType: 'Provenance', id: 'own', recorded: '2026-11-22T08:00:00Z' },
        target: [{ reference: 'Patient/still' }],
        agent: [{ who: { reference: 'Practitioner/pat' } }],
      }
      expect((await server.call({ method: 'PUT', path: '/Provenance/own', body: own })).status).toBe(201)
      expect(await count()).toBe(before + 1)
    })
  })
}
