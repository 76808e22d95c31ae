import { describe, expect, it } from 'vitest'
import { assessmentDomains } from '../../../../src/care-plan/instruments/assessment-domains.ts'
import { instrumentNamed, instruments, versionedId } from '../../../../src/care-plan/instruments/registry.ts'
import { gasRaters, goalBarrierCode, measureCodes, olderBaseline } from '../../../support/terminology.ts'
import { hasLoincCheckDigit, hasVerhoeffDigit } from '../../../support/terminology.ts'

const loincCodes = [
  ...instruments.flatMap(({ loinc, items }) => [loinc, ...items.map(item => item.loinc)]),
  ...Object.values(measureCodes).map(({ loinc }) => loinc),
  ...Object.values(gasRaters).map(({ loinc }) => loinc),
  olderBaseline,
].filter(code => code !== undefined)

const answerCodes = [
  ...instruments.flatMap(({ items }) =>
    items.flatMap(({ loinc, options = [] }) => (loinc === undefined ? [] : options.map(({ code }) => code))),
  ),
  ...[...Object.values(measureCodes), ...Object.values(gasRaters)].flatMap(({ answers = {} }) =>
    Object.values(answers).map(({ code }) => code),
  ),
]

describe('terminology', () => {
  it.each([...new Set(loincCodes)])('LOINC %s has the right check digit', code => {
    expect(hasLoincCheckDigit(code)).toBe(true)
  })

  it.each([...new Set(answerCodes)])('LOINC answer %s has the right check digit', code => {
    expect(code).toMatch(/^LA\d+-\d$/)
    expect(hasLoincCheckDigit(code)).toBe(true)
  })

  it.each([...goalBarrierCode])('SNOMED CT %s has the right check digit', code => {
    expect(hasVerhoeffDigit(code)).toBe(true)
  })

  it('tells a wrong digit', () => {
    expect(hasLoincCheckDigit('44249-2')).toBe(false)
    expect(hasLoincCheckDigit('LA6568-4')).toBe(false)
    expect(hasVerhoeffDigit('386663008')).toBe(false)
    expect(hasVerhoeffDigit('386663009')).toBe(true)
  })

  it('has the codes of domain.md 2, row 23', () => {
    expect(instruments.map(({ id, loinc }) => [id, loinc]).slice(0, 5)).toEqual([
      ['phq-9', '44249-1'],
      ['gad-7', '69737-5'],
      ['audit-c', '72109-2'],
      ['hunger-vital-sign', '88121-9'],
      ['ahc-hrsn', '96777-8'],
    ])
    expect(measureCodes['phq-9']?.loinc).toBe('44261-6')
    expect(measureCodes['gad-7']?.loinc).toBe('70274-6')
    expect(measureCodes['audit-c']?.loinc).toBe('75626-2')
    expect(instrumentNamed('hunger-vital-sign')?.items.map(({ loinc }) => loinc)).toEqual([
      '88122-7',
      '88123-5',
    ])
  })
})

describe.each(instruments)('the instrument $id', instrument => {
  const linkIds = instrument.items.map(({ linkId }) => linkId)

  it('asks each question once, in words', () => {
    expect(new Set(linkIds).size).toBe(linkIds.length)
    for (const { text, type, options } of instrument.items) {
      expect(text.trim()).not.toBe('')
      expect(options !== undefined).toBe(type === 'choice')
    }
  })

  it('informs domains that there are', () => {
    for (const domain of instrument.domains) expect(assessmentDomains).toContain(domain)
    for (const suggestion of instrument.suggestions)
      if (suggestion.propose === 'need') expect(assessmentDomains).toContain(suggestion.domain)
  })

  it('counts only questions that it asks, in ranges without gaps', () => {
    for (const { items, ranges } of instrument.scorings) {
      for (const linkId of items) expect(linkIds).toContain(linkId)
      for (const [i, range] of ranges.entries()) {
        expect(range.to).toBeGreaterThanOrEqual(range.from)
        if (i > 0) expect(range.from).toBe((ranges[i - 1]?.to ?? 0) + 1)
      }
    }
  })

  it('has ranges from the least to the most that can be reached', () => {
    for (const scoring of instrument.scorings.filter(({ kind }) => kind === 'sum')) {
      const scores = scoring.items.map(linkId =>
        (instrument.items.find(item => item.linkId === linkId)?.options ?? []).flatMap(
          ({ score }) => score ?? [],
        ),
      )
      const total = (pick: (...numbers: number[]) => number): number =>
        scores.reduce((sum, list) => sum + pick(...list), 0)
      expect(scoring.ranges[0]?.from).toBe(total(Math.min))
      expect(scoring.ranges.at(-1)?.to).toBe(total(Math.max))
    }
  })

  it('suggests only on answers that it takes', () => {
    for (const { when } of instrument.suggestions) {
      if ('measure' in when) {
        expect(instrument.scorings.map(({ measure }) => measure)).toContain(when.measure)
        continue
      }
      const asked = 'items' in when ? when.items : [when.linkId]
      for (const linkId of asked) expect(linkIds).toContain(linkId)
      if (!('linkId' in when)) continue
      const codes = instrument.items.find(({ linkId }) => linkId === when.linkId)?.options ?? []
      for (const answer of when.answers ?? []) expect(codes.map(({ code }) => code)).toContain(answer)
    }
  })

  it('is found by its id, its version and its canonical', () => {
    expect(instrumentNamed(instrument.id)).toBe(instrument)
    expect(instrumentNamed(versionedId(instrument))).toBe(instrument)
    expect(instrumentNamed(`https://a.example/fhir/Questionnaire/${versionedId(instrument)}`)).toBe(
      instrument,
    )
    expect(instrumentNamed(`${instrument.id}|0.0.1`)).toBeUndefined()
  })
})
