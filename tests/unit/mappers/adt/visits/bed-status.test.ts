import { describe, expect, it } from 'vitest'
import type { Json, Resource } from '../../../../../src/fhir/resource.ts'
import { readMessage } from '../../../../../src/hl7v2/read-message.ts'
import type { BedEvent } from '../../../../../src/mappers/adt/events/adt-event.ts'
import { applyBedStatus } from '../../../../../src/mappers/adt/visits/bed-status.ts'
import { readAdtEvent } from '../../../../../src/mappers/adt/events/read-event.ts'
import { er7 } from '../../../../support/adt/er7.ts'
import { memory, settings } from '../../../../support/adt/memory.ts'

function bed(at: string, status: string): BedEvent {
  const text = `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${at}||ADT^A20|B${at}|P|2.5.1\rEVN|A20|${at}\rNPU|MED^101^A^VALLEY|${status}\r`
  const message = readMessage(text)
  const event = message.ok ? readAdtEvent(message.value, settings) : message
  if (!event.ok || event.value.kind !== 'bed') throw new Error('an A20 is read as a bed event')
  return event.value
}

/** What stands after some A20, with what stood before. */
function statusAfter(events: readonly BedEvent[], standing: readonly Resource[] = []): unknown {
  const store = new Map(standing.map(resource => [`${resource.resourceType}/${resource.id}`, resource]))
  let said = new Map<string, Json>()
  for (const event of events) {
    const applied = applyBedStatus(event, { said, get: ({ type, id }) => store.get(`${type}/${id}`) })
    said = new Map([['', applied.register as Json]])
    for (const resource of applied.resources) store.set(`${resource.resourceType}/${resource.id}`, resource)
  }
  return store.get(`Location/${events[0]?.bed.id}`)?.['operationalStatus']
}

describe('the state of a bed', () => {
  const [occupied, cleaned] = [bed('20261006090000', 'O'), bed('20261006100000', 'H')]
  const housekeeping = { system: 'http://terminology.hl7.org/CodeSystem/v2-0116', code: 'H' }

  it('is the last word of its senders in any order', () => {
    expect(statusAfter([occupied, cleaned])).toMatchObject(housekeeping)
    expect(statusAfter([cleaned, occupied])).toMatchObject(housekeeping)
  })

  it('goes when it is deleted', () => {
    expect(statusAfter([occupied, bed('20261006110000', '""')])).toBeUndefined()
  })

  it('is that of the bed that patients lie in', () => {
    const store = memory()
    store.take(er7({ event: 'A01', id: 'C1', at: '20261001120000' }))
    const lain = store.resources().filter(({ resourceType }) => resourceType === 'Location')
    expect(lain.map(({ id }) => id)).toContain(occupied.bed.id)
    expect(statusAfter([occupied], lain)).toMatchObject({ code: 'O' })
  })

  it('told again changes nothing, so that what a person made of it stays', () => {
    const first = applyBedStatus(occupied, { said: new Map(), get: () => undefined })
    const edited = first.resources.map(resource =>
      resource.id === occupied.bed.id ? { ...resource, operationalStatus: { code: 'C' } } : resource,
    )
    const again = applyBedStatus(occupied, {
      said: new Map([['', first.register as Json]]),
      get: ({ id }) => edited.find(resource => resource.id === id),
    })
    expect(again.resources).toEqual([])
  })
})
