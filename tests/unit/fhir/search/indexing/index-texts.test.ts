import { describe, expect, test } from 'vitest'
import {
  identifiersOf,
  narrativeOf,
  ofTypesOf,
  textsOf,
} from '../../../../../src/fhir/search/indexing/index-texts.ts'

const MR = { system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }

describe('what a token is asked by modifiers', () => {
  test('its text is that of the concept, of its codings and of the type of an identifier', () => {
    const values = (element: unknown): readonly string[] => textsOf(element).map(({ value }) => value)
    expect(
      values({ text: 'Größe', coding: [{ code: 'a', display: 'Body  HEIGHT' }, { code: 'b' }] }),
    ).toEqual(['große', 'body height'])
    expect(values({ code: 'a', display: 'Display' })).toEqual(['display'])
    expect(values({ value: '1', type: { text: 'Member Number' } })).toEqual(['member number'])
    expect(values('code')).toEqual([])
    expect(values(null)).toEqual([])
  })

  test('its type is each coding of the type of an identifier, with the value', () => {
    expect(ofTypesOf({ value: '446053', type: { coding: [MR, { code: 'X' }] } })).toEqual([
      { value: `${MR.system}|MR|446053` },
    ])
    expect(ofTypesOf({ value: '446053' })).toEqual([])
    expect(ofTypesOf({ type: { coding: [MR] } })).toEqual([])
  })

  test('the identifier of a reference is a token', () => {
    const identifier = { system: 'urn:x', value: '7' }
    expect(identifiersOf({ identifier })).toEqual([{ value: '7', system: 'urn:x' }])
    expect(identifiersOf({ reference: 'Patient/1' })).toEqual([])
  })
})

describe('the words of a narrative', () => {
  const words = (div: unknown): string | undefined => narrativeOf({ text: { status: 'generated', div } })

  test('are without markup, entities resolved, folded as strings are', () =>
    expect(
      words('<div xmlns="http://www.w3.org/1999/xhtml"><p>Caf&#233;&nbsp;&amp;<br/>M&#xFC;ller\n</p></div>'),
    ).toBe('cafe & muller'))

  test('are absent when there are none', () => {
    expect(words('<div><img src="x"/></div>')).toBeUndefined()
    expect(words(7)).toBeUndefined()
    expect(narrativeOf({})).toBeUndefined()
  })

  test('are those of the beginning when there are too many, and never half a character', () => {
    const long = words(`<div>${'\u{1F600}'.repeat(200_000)}`)
    expect(long?.length).toBeLessThanOrEqual(100_000)
    expect(long?.isWellFormed()).toBe(true)
    expect(words('<div>a&#0;b&#x110000;c&#xD800;d</div>')?.isWellFormed()).toBe(true)
    expect(words('<div>a\0b&#0;</div>')).not.toContain('\0')
  })
})
