import type { Device } from '@medplum/fhirtypes'
import type { Message } from '../../../hl7v2/message.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { directoryId } from '../resources/directory.ts'
import type { MapContext } from '../map-context.ts'
import { sftDevice } from '../maps/sft-device.ts'
import { applyRows } from '../rows.ts'

/** The software that a message went through (SFT), one Device per product and release. */
export function softwareOf(message: Message, context: MapContext): readonly Derived[] {
  const sft = message.all('SFT')
  if (sft.length === 0 || context.settings.segments['SFT'] === 'ignore') return NONE
  const found = new Map<string, Derived>()
  for (const segment of sft) {
    const said = applyRows(sftDevice, segment, context) as Partial<Device>
    const name = [1, 2, 3, 4].map(field => segment.text(field) ?? '').join('|')
    if (name === '|||') continue
    const id = directoryId('Device', `${context.settings.canonicalBase}/sid/software|${name}`, context)
    found.set(id, derived<Device>({ resourceType: 'Device', id, ...said }))
  }
  return [...found.values()]
}

const NONE: readonly Derived[] = []
