import type { Resource } from '../resource.ts'

/**
 * The first `max` observations of each code, in the order given (newest first); two share a code when any of their codings,
 * or their texts where they have none, are the same (http://hl7.org/fhir/R4/observation-operation-lastn.html).
 */
export function lastOfEachCode<T>(
  observations: readonly { readonly resource: Resource; readonly row: T }[],
  max: number,
): readonly T[] {
  const groups = new Map<string, { taken: number }>()
  return observations
    .filter(({ resource }) => {
      const keys = codeKeys(resource['code'])
      const group = keys.map(key => groups.get(key)).find(known => known !== undefined) ?? { taken: 0 }
      for (const key of keys) groups.set(key, group)
      group.taken += 1
      return group.taken <= max
    })
    .map(({ row }) => row)
}

function codeKeys(code: unknown): readonly string[] {
  const { coding, text } = (code ?? {}) as {
    readonly coding?: readonly { readonly system?: string; readonly code?: string }[]
    readonly text?: string
  }
  const keys = (coding ?? []).flatMap(each =>
    each.code === undefined ? [] : [`${each.system ?? ''}|${each.code}`],
  )
  return keys.length > 0 ? keys : [`text ${text ?? ''}`]
}
