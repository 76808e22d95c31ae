import type { Device } from '@medplum/fhirtypes'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { text } from './row-values.ts'

const row = rowsFor<Device>()

/** SFT -> Device, in the guide's order: the software that a message went through. */
export const sftDevice = segmentMap(
  'SFT[Device]',
  ['version', 'deviceName', 'note'],
  [
    row({ v2: 'SFT-1', to: 'manufacturer', via: 'XON[string]', value: xon => valued(xon) }),
    row({ v2: 'SFT-2', to: 'version.value', via: '', value: text }),
    row({ v2: 'SFT-3', to: 'deviceName.name', via: '', value: text }),
    row({
      v2: 'SFT-3',
      to: 'deviceName.type',
      via: '"manufacturer-name"',
      value: () => 'manufacturer-name' as const,
    }),
    row({ v2: 'SFT-4', to: 'modelNumber', via: '', value: text }),
    row({ v2: 'SFT-5', to: 'note.text', via: '', value: text }),
  ],
)
