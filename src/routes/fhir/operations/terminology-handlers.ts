import { ok, type Result } from '../../../lib/result.ts'
import { instantOf } from '../../../lib/clock.ts'
import {
  expansionOf,
  lookUp,
  subsumptionOf,
  systemOf,
  translationsOf,
  type TranslationAsked,
} from '../../../commands/operations/terminology.ts'
import { codingsOf, objectNamed, textsOf } from '../../../fhir/operations/coded-input.ts'
import { badInput, parametersText } from '../../../fhir/operations/operation-input.ts'
import type { Coding, Resource } from '../../../fhir/resource.ts'
import { conceptOf } from '../../../fhir/terminology/code-system.ts'
import { displayIn, isCalled, type Called } from '../../../fhir/terminology/display.ts'
import type { ExpandedCode } from '../../../fhir/terminology/value-set.ts'
import type { Answer } from '../exchange.ts'
import type { Call, OperationHandler } from './call.ts'

type Handled = ReturnType<OperationHandler>

/** http://hl7.org/fhir/R4/terminology-service.html, on what is stored and what comes with R4. */
export const terminologyHandlers = {
  expand,
  'validate-code': validateInSet,
  'system-validate-code': validateInSystem,
  lookup,
  subsumes,
  translate: translated,
} as const satisfies Readonly<Record<string, OperationHandler>>

/** The ValueSet that a call means: the address, `url` or `valueSet`. */
function setNamed({ given, type, id }: Call): Result<string | Resource> {
  const texts = textsOf(given, ['url', 'valueSetVersion'])
  if (!texts.ok) return texts
  const { url, valueSetVersion } = texts.value
  const sent = given.find(({ name }) => name === 'valueSet')?.resource
  const named = id === undefined ? url : `${type}/${id}`
  if (sent && sent.resourceType !== 'ValueSet') return badInput('valueSet must be a ValueSet')
  if (sent && named === undefined) return ok(sent)
  if (named === undefined) return badInput('url or valueSet must be there')
  return ok(id === undefined ? versioned(named, valueSetVersion) : named)
}

const versioned = (url: string, version: string | undefined): string =>
  version === undefined ? url : `${url}|${version}`

async function expand(call: Call): Handled {
  const named = setNamed(call)
  if (!named.ok) return named
  const texts = textsOf(call.given, ['filter', 'offset', 'count', 'displayLanguage', ...switches])
  if (!texts.ok) return texts
  const { filter = '', offset = '0', count, displayLanguage } = texts.value
  if (!/^\d{1,9}$/.test(offset) || !/^\d{1,9}$/.test(count ?? '0')) {
    return badInput('offset and count must be whole numbers')
  }
  const wrong = switches.find(name => !/^(?:true|false)$/.test(texts.value[name] ?? 'false'))
  if (wrong !== undefined) return badInput(`${wrong} must be true or false`)
  const isOn = (name: (typeof switches)[number]): boolean => texts.value[name] === 'true'
  const { deps } = call.exchange
  const found = await expansionOf(deps, named.value)
  if (!found.ok) return found
  const wanted = found.value.codes
    .filter(({ inactive }) => inactive !== true || !isOn('activeOnly'))
    .map(shownIn(displayLanguage))
    .filter(matches(filter))
  const end = count === undefined ? undefined : Number(offset) + Number(count)
  const parameter = Object.entries(texts.value).map(([name, value]) => ({
    name,
    ...inExpansion(name, value),
  }))
  const { compose, expansion: _expansion, text: _text, ...head } = found.value.valueSet
  const definition = isOn('includeDefinition') && compose !== undefined ? { compose } : {}
  const expansion = {
    timestamp: instantOf(deps.clock.nowMs()),
    ...{ total: wanted.length, offset: Number(offset) },
    ...(parameter.length > 0 && { parameter }),
    contains: wanted.slice(Number(offset), end).map(toldWith(isOn('includeDesignations'))),
  }
  const { contains, ...empty } = expansion
  return answered({
    ...{ status: 'active', ...head, ...definition },
    expansion: contains.length > 0 ? expansion : empty,
  })
}

/** Parameters that are true or false; an expansion is flat, so that there is nothing for `excludeNested` to do. */
const switches = ['includeDesignations', 'includeDefinition', 'activeOnly', 'excludeNested'] as const

const isSwitch = (name: string): boolean => (switches as readonly string[]).includes(name)

/** What a call asked for, as an expansion repeats it. */
function inExpansion(name: string, value: string): object {
  if (name === 'offset' || name === 'count') return { valueInteger: Number(value) }
  if (isSwitch(name)) return { valueBoolean: value === 'true' }
  return { [name === 'filter' ? 'valueString' : 'valueCode']: value }
}

/** A code of an expansion by its name in a language. */
const shownIn =
  (language: string | undefined) =>
  (code: ExpandedCode): ExpandedCode => {
    const display = displayIn(code, language)
    return { ...code, ...(display !== undefined && { display }) }
  }

/** A code as an expansion tells it, its other names only where they are asked for. */
const toldWith =
  (areNamesTold: boolean) =>
  ({ designations = [], ...code }: ExpandedCode): object =>
    areNamesTold && designations.length > 0 ? { ...code, designation: designations } : code

/** Every word of the filter begins a word of the display, or the code. */
function matches(filter: string): (code: ExpandedCode) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  return ({ code, display = '' }) => {
    const parts = [code.toLowerCase(), ...display.toLowerCase().split(/[^\p{L}\p{N}]+/u)]
    return words.every(word => parts.some(part => part.startsWith(word)))
  }
}

async function validateInSet(call: Call): Handled {
  const named = setNamed(call)
  if (!named.ok) return named
  const codings = codingsOf(call.given)
  if (!codings.ok) return codings
  const found = await expansionOf(call.exchange.deps, named.value)
  if (!found.ok) return found
  const member = ({ system, code }: Coding): ExpandedCode | undefined =>
    found.value.codes.find(each => each.code === code && (system === undefined || each.system === system))
  return verdict({ codings: codings.value, given: call.given }, member, 'the value set')
}

async function validateInSystem({ exchange, given, type, id }: Call): Handled {
  const codings = codingsOf(given)
  if (!codings.ok) return codings
  const texts = textsOf(given, ['url', 'version'])
  if (!texts.ok) return texts
  const [first] = codings.value
  const { url = first?.system, version = first?.version } = texts.value
  if (id === undefined && url === undefined) return badInput('url (of the code system) must be there')
  const named = id === undefined ? versioned(url ?? '', version) : `${type}/${id}`
  const system = await systemOf(exchange.deps, named)
  if (!system.ok) return system
  const member = (coding: Coding): Called | undefined =>
    coding.system === undefined || coding.system === system.value.url
      ? conceptOf(system.value, coding.code ?? '')
      : undefined
  return verdict({ codings: codings.value, given }, member, 'the code system')
}

/** One of the codes must be a member, and its display, if one is given, one of its names. */
function verdict(
  { codings, given: asked }: { readonly codings: readonly Coding[]; readonly given: Call['given'] },
  member: (coding: Coding) => Called | undefined,
  where: string,
): Result<Answer> {
  const found = codings.map(coding => ({ coding, concept: member(coding) })).find(({ concept }) => concept)
  const given = found?.coding.display
  const language = textsOf(asked, ['displayLanguage'])
  if (!language.ok) return language
  const right = found?.concept && displayIn(found.concept, language.value.displayLanguage)
  const isNamed = given === undefined || right === undefined || isCalled(found?.concept ?? {}, given)
  const message = found ? 'The display is another one.' : `The code is not in ${where}.`
  return answered([
    { name: 'result', valueBoolean: found !== undefined && isNamed },
    ...(found && isNamed ? [] : [{ name: 'message', valueString: message }]),
    ...(right === undefined ? [] : [{ name: 'display', valueString: right }]),
  ])
}

async function lookup({ exchange, given }: Call): Handled {
  const codings = codingsOf(given)
  if (!codings.ok) return codings
  const [coding] = codings.value
  if (coding?.system === undefined) return badInput('system must be there')
  const texts = textsOf(given, ['version', 'displayLanguage'])
  if (!texts.ok) return texts
  const { version = coding.version, displayLanguage } = texts.value
  const found = await lookUp(exchange.deps, { ...coding, system: versioned(coding.system, version) })
  if (!found.ok) return found
  const { system, concept } = found.value
  const wanted = new Set(given.flatMap(({ name, value }) => (name === 'property' ? [value] : [])))
  const isWanted = (name: string): boolean => wanted.size === 0 || wanted.has(name) || wanted.has('*')
  const links = [
    ...concept.parents.map(code => ['parent', code] as const),
    ...concept.children.map(code => ['child', code] as const),
  ]
  const own = concept.properties.filter(
    ({ code }) => code !== 'subsumedBy' && code !== 'parent' && code !== 'child',
  )
  return answered([
    { name: 'name', valueString: system.name },
    ...(system.version === undefined ? [] : [{ name: 'version', valueString: system.version }]),
    { name: 'display', valueString: displayIn(concept, displayLanguage) ?? concept.code },
    ...concept.designations.map(designation => ({ name: 'designation', part: partsOf(designation) })),
    ...[...links.map(([code, value]) => ({ code, valueCode: value })), ...own]
      .filter(({ code }) => isWanted(String(code)))
      .map(({ code, ...value }) => ({
        name: 'property',
        part: [
          { name: 'code', valueCode: code },
          ...Object.entries(value).map(([key, item]) => ({ name: 'value', [key]: item })),
        ],
      })),
    ...(concept.definition !== undefined && isWanted('definition')
      ? [
          {
            name: 'property',
            part: [
              { name: 'code', valueCode: 'definition' },
              { name: 'value', valueString: concept.definition },
            ],
          },
        ]
      : []),
  ])
}

function partsOf(designation: unknown): readonly object[] {
  const { language, use, value } = designation as Readonly<Record<string, unknown>>
  return [
    ...(language === undefined ? [] : [{ name: 'language', valueCode: language }]),
    ...(use === undefined ? [] : [{ name: 'use', valueCoding: use }]),
    ...(value === undefined ? [] : [{ name: 'value', valueString: value }]),
  ]
}

async function subsumes({ exchange, given, type, id }: Call): Handled {
  const texts = textsOf(given, ['codeA', 'codeB', 'system', 'version'])
  if (!texts.ok) return texts
  const { version } = texts.value
  const [one, other] = [objectNamed(given, 'codingA'), objectNamed(given, 'codingB')]
  const { codeA = one?.code, codeB = other?.code, system = one?.system ?? other?.system } = texts.value
  const isOneSystem = (other?.system ?? system) === system && (one?.system ?? system) === system
  const named = id === undefined ? system && versioned(system, version) : `${type}/${id}`
  if (codeA === undefined || codeB === undefined || named === undefined || !isOneSystem) {
    return badInput('two codes of one system must be there: codeA, codeB and system')
  }
  const found = await subsumptionOf(exchange.deps, { system: named, codeA, codeB })
  return found.ok ? answered([{ name: 'outcome', valueCode: found.value }]) : found
}

/** What `$translate` is asked beside the code. Failure: `operation-input`. */
function translationAsked({ given, type, id }: Call): Result<Omit<TranslationAsked, 'code' | 'system'>> {
  const texts = textsOf(given, [
    ...(['url', 'conceptMapVersion', 'source', 'target', 'targetsystem', 'reverse'] as const),
  ])
  if (!texts.ok) return texts
  const { url, conceptMapVersion, source, target, targetsystem, reverse = 'false' } = texts.value
  if (reverse !== 'true' && reverse !== 'false') return badInput('reverse must be true or false')
  const named = id === undefined ? url && versioned(url, conceptMapVersion) : `${type}/${id}`
  return ok({
    isReverse: reverse === 'true',
    ...(source !== undefined && { source }),
    ...(target !== undefined && { target }),
    ...(targetsystem !== undefined && { targetSystem: targetsystem }),
    ...(named !== undefined && { url: named }),
  })
}

async function translated(call: Call): Handled {
  const codings = codingsOf(call.given)
  if (!codings.ok) return codings
  const asked = translationAsked(call)
  if (!asked.ok) return asked
  const found = []
  for (const { system, code = '' } of codings.value) {
    const one = { ...asked.value, code, ...(system !== undefined && { system }) }
    const translations = await translationsOf(call.exchange.deps, one)
    if (!translations.ok) return translations
    found.push(...translations.value)
  }
  const isMapped = found.some(({ equivalence }) => equivalence !== 'unmatched' && equivalence !== 'disjoint')
  return answered([
    { name: 'result', valueBoolean: isMapped },
    ...(isMapped ? [] : [{ name: 'message', valueString: 'No concept map has another code for it.' }]),
    ...found.map(({ equivalence, system, code, source }) => ({
      name: 'match',
      part: [
        { name: 'equivalence', valueCode: equivalence },
        ...(code === undefined
          ? []
          : [{ name: 'concept', valueCoding: { ...(system !== undefined && { system }), code } }]),
        { name: 'source', valueUri: source },
      ],
    })),
  ])
}

const answered = (result: readonly object[] | Readonly<Record<string, unknown>>): Result<Answer> =>
  ok({
    status: 200,
    body: Array.isArray(result) ? parametersText(result) : JSON.stringify(result),
  })
