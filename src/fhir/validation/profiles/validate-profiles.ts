import type { FailureIssue } from '../../../lib/result.ts'
import { isRawNumber } from '../../../lib/json.ts'
import { isNode, type Node } from '../scope.ts'
import { typeRule } from '../type-rules.ts'
import { noAnswers, type Answers } from './answers.ts'
import { checkProfile } from './check-rule.ts'
import { rootItem } from './items.ts'
import { expressionOf, note, type Definitions, type ProfileScope } from './profile-scope.ts'
import type { Profile, Property } from './rule.ts'
import { coreType } from './structure-definition.ts'
import { entriesOf } from './targets.ts'

/**
 * What profiles ask of a resource beyond base R4 (`validateResource`): those in meta.profile of the resource itself, of what it
 * contains and of the entries of a Bundle, those asked for, and the definition of every extension that is loaded. A claimed
 * profile that isn't loaded is a warning; whether an asked one is loaded, the caller knows. Takes any parsed JSON, never
 * throws, never alters it; no finding repeats a value. What isn't checked: docs/reference/validation.md.
 */
export function validateProfiles(
  resource: unknown,
  definitions: Definitions,
  asked: readonly string[] = [],
): readonly FailureIssue[] {
  if (!isNode(resource) || typeof resource['resourceType'] !== 'string') return []
  const frame: Frame = { definitions, issues: [], used: new Set() }
  visitResource(
    withPlainNumbers(resource) as Node,
    { path: [resource['resourceType']], entries: new Map(), answers: noAnswers() },
    frame,
    asked,
  )
  for (const { name, gaps } of frame.used) {
    for (const gap of gaps) {
      const diagnostics = `Not all of the profile ${name} can be checked: ${gap}`
      frame.issues.push({ severity: 'information', code: 'not-supported', diagnostics })
    }
  }
  return distinct(frame.issues)
}

interface Frame {
  readonly definitions: Definitions
  readonly issues: FailureIssue[]
  readonly used: Set<Profile>
}

interface Place {
  readonly path: (string | number)[]
  readonly entries: ReadonlyMap<string, Node>
  /** Of what these entries are. */
  readonly answers: Answers
  /** The resource that contains it. */
  readonly container?: Node
}

/** Real resources stay under 40; validateResource refuses what goes deeper. */
const STEPS_MAX = 128

function visitResource(resource: Node, place: Place, frame: Frame, asked: readonly string[] = []): void {
  const type = String(resource['resourceType'])
  const entries = type === 'Bundle' ? new Map([...place.entries, ...entriesOf(resource)]) : place.entries
  const answers = entries === place.entries ? place.answers : noAnswers()
  const scope = { resource, root: place.container ?? resource, entries, answers, path: place.path }
  const claimed = claimsOf(resource)
  claimed.forEach((url, index) => {
    if (!checkAgainst(url, scope, frame)) notLoaded(index, place.path, frame)
  })
  for (const url of asked) if (!claimed.includes(url)) checkAgainst(url, scope, frame)
  visitChildren(resource, type, scope, frame)
}

const claimsOf = ({ meta }: Node): readonly string[] => {
  const claims = isNode(meta) ? meta['profile'] : undefined
  return Array.isArray(claims) ? claims.filter(url => typeof url === 'string') : []
}

type Scene = Pick<ProfileScope, 'resource' | 'root' | 'entries' | 'answers' | 'path'>

/** False when the profile isn't loaded. */
function checkAgainst(url: string, scene: Scene, frame: Frame): boolean {
  const type = String(scene.resource['resourceType'])
  const core = coreType(url)
  if (core === type || core === 'Resource' || core === 'DomainResource') return true
  const profile = frame.definitions.profile(url)
  if (!profile) return false
  frame.used.add(profile)
  const scope: ProfileScope = { ...scene, ...frame, profile }
  if (profile.type === type) checkProfile(profile, rootItem(scene.resource, type), scope)
  else note(scope, { code: 'invalid', text: `The profile is one of ${profile.type}` })
  return true
}

function notLoaded(index: number, path: readonly (string | number)[], { issues }: Frame): void {
  const diagnostics =
    'A profile in meta.profile is not loaded here, so the resource was not checked against it'
  issues.push({
    ...{ severity: 'warning', code: 'not-supported', diagnostics },
    expression: expressionOf([...path, 'meta', 'profile', index]),
  })
}

/** Looks through everything below a resource for extensions that are defined and for resources within. */
function visitChildren(node: Node, type: string, scene: Scene, frame: Frame): void {
  if (scene.path.length > STEPS_MAX) return
  const { elements } = typeRule(type)
  for (const key in node) {
    const value = node[key]
    if (typeof value !== 'object' || value === null) continue
    const element = elements.get(key)
    const holds = element?.holds
    const below = holds?.kind === 'object' ? holds.type : 'Element'
    scene.path.push(element?.name ?? key)
    const items: readonly unknown[] = Array.isArray(value) ? value : [value]
    items.forEach((item, index) => {
      if (!isNode(item)) return
      if (Array.isArray(value)) scene.path.push(index)
      if (holds?.kind === 'resource') visitInner(item, key, scene, frame)
      else {
        if (key === 'extension' || key === 'modifierExtension') checkExtension(item, scene, frame)
        visitChildren(item, below, scene, frame)
      }
      if (Array.isArray(value)) scene.path.pop()
    })
    scene.path.pop()
  }
}

function visitInner(item: Node, key: string, scene: Scene, frame: Frame): void {
  const { path, entries, answers, root } = scene
  visitResource(item, { path, entries, answers, ...(key === 'contained' && { container: root }) }, frame)
}

const EXTENSION: Property = { key: 'extension', type: 'Extension', isPrimitive: false }

function checkExtension(extension: Node, scene: Scene, frame: Frame): void {
  const { url } = extension
  const profile = typeof url === 'string' ? frame.definitions.profile(url) : undefined
  if (!profile || profile.type !== 'Extension') return
  const item = { value: extension, property: EXTENSION, index: -1, parent: extension, parentType: 'Element' }
  checkProfile(profile, item, { ...scene, ...frame, profile })
}

/** Decimals as numbers, which fhirpath reckons with; the resource itself when it has none that are kept as text. */
function withPlainNumbers(value: unknown): unknown {
  if (isRawNumber(value)) return Number(value.rawJSON)
  if (Array.isArray(value)) {
    const items = value.map(withPlainNumbers)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isNode(value)) return value
  let copy: Record<string, unknown> | undefined
  for (const key in value) {
    const plain = withPlainNumbers(value[key])
    if (plain !== value[key]) (copy ??= { ...value })[key] = plain
  }
  return copy ?? value
}

/** A base rule and that of a slice may find the same. */
function distinct(issues: readonly FailureIssue[]): readonly FailureIssue[] {
  const known = new Map(issues.map(issue => [JSON.stringify(issue), issue]))
  return [...known.values()]
}
