import type { Coding } from '@medplum/fhirtypes'
import { mapCode, mappedCoding } from '../codes.ts'
import type { MapContext } from '../map-context.ts'
import type { Said } from '../registers/registers.ts'

const displays: Readonly<Record<string, string>> = {
  incomplete: 'A message is missing that this state presupposes',
  'ambiguous-cancel': 'A cancel could have meant more than one movement',
}

/** `meta.tag` of what was derived: what is doubtful about it, and that a test message (MSH-11) said some of it. */
export function tagsOf(
  flags: readonly string[],
  winning: ReadonlyMap<string, Said>,
  { settings }: MapContext,
): Coding[] | undefined {
  const own = flags.map((code): Coding => {
    const display = displays[code]
    return {
      system: `${settings.canonicalBase}/CodeSystem/flag`,
      code,
      ...(display !== undefined && { display }),
    }
  })
  const mode = winning.get('MSH-11')?.text.split('^')[0]
  const test = mode === undefined ? undefined : mapCode('ProcessingID', mode, settings)
  const tags = test ? [...own, mappedCoding(test)] : own
  return tags.length > 0 ? tags : undefined
}
