import type { Extension } from '@medplum/fhirtypes'
import type { Visit } from '../resources/encounter.ts'
import { readFieldText } from '../registers/field-text.ts'
import type { Movement } from './movements.ts'

/**
 * Who answered for the patient after each movement that says it: `responsible` (ZBE-7) and `nursing` (ZBE-8) ward by
 * name or number, `scope` (ZBE-9), `at` and `event` of the movement, in the order of the stay. A movement that was taken
 * back has none. A ward may change while the bed stays, so that no `Encounter.location` could say it.
 */
export function movementWards({ state, context }: Visit): readonly Extension[] {
  const url = `${context.settings.canonicalBase}/StructureDefinition/movement-wards`
  return state.movements.live.flatMap(movement => {
    const said = partsOf(movement)
    const { event, last } = movement
    const which = [
      { url: 'event', valueString: event },
      { url: 'at', valueDateTime: last.when.text },
    ]
    return said.length === 0 ? [] : [{ url, extension: [...which, ...said] }]
  })
}

function partsOf({ last }: Movement): readonly Extension[] {
  const parts = [
    ['responsible', last.ward],
    ['nursing', last.nursingWard],
    ['scope', last.movementScope],
  ] as const
  return parts.flatMap(([url, said]) => {
    const valueString = said === undefined ? undefined : readFieldText(said)?.text(1)
    return valueString ? [{ url, valueString }] : []
  })
}
