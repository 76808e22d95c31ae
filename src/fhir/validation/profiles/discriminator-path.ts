/** A step of the FHIRPath that a discriminator may be (http://hl7.org/fhir/R4/profiling.html#discriminator). */
export type Step =
  | { readonly kind: 'child'; readonly name: string }
  | { readonly kind: 'extension'; readonly url: string }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'of-type'; readonly type: string }

const STEP =
  /^(?:\$this|resolve\(\)|extension\(\s*['"]([^'"]*)['"]\s*\)|(?:ofType|as)\(\s*(?:FHIR\.)?([A-Za-z]+)\s*\)|([A-Za-z]\w*)(?:\[x\])?)(?:\.|$)/

/** The steps of a path, none for `$this`; undefined when it is more than a discriminator may be. */
export function discriminatorSteps(path: string): readonly Step[] | undefined {
  const steps: Step[] = []
  let rest = path.trim()
  while (rest !== '') {
    const found = STEP.exec(rest)
    if (!found) return undefined
    const [all, url, type, name] = found
    if (url !== undefined) steps.push({ kind: 'extension', url })
    else if (type !== undefined) steps.push({ kind: 'of-type', type })
    else if (name !== undefined) steps.push({ kind: 'child', name })
    else if (all.startsWith('resolve')) steps.push({ kind: 'resolve' })
    rest = rest.slice(all.length)
  }
  return steps
}
