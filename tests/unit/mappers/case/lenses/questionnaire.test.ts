import { describe, expect, it } from 'vitest'
import { instruments } from '../../../../../src/care-plan/instruments/registry.ts'
import { phq9 } from '../../../../../src/care-plan/instruments/phq-gad.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { questionnaireOf } from '../../../../../src/mappers/case/lenses/questionnaire.ts'
import { CM, PATIENT } from '../../../../support/case-world.ts'

describe.each(instruments)('the Questionnaire of $id', instrument => {
  const questionnaire = questionnaireOf(instrument, CM)

  it('is valid R4', () => {
    expect(validateResource(questionnaire)).toEqual([])
  })

  it('has the canonical and version that answers name', () => {
    const lens = nounLenses(CM).of('answers')
    const state = {
      id: 'a1',
      state: 'completed',
      instrument: `${instrument.id}|${instrument.version}`,
      items: [],
    } as const
    const birth = { id: 'a1', caseId: 'c1', patient: PATIENT }
    const response = lens.write(lens.blank(birth, state), state)
    expect(response['questionnaire']).toBe(`${String(questionnaire['url'])}|${instrument.version}`)
  })
})

describe('what stands in a Questionnaire', () => {
  it('has LOINC codes for panel, questions and answers, and the points of each answer', () => {
    expect(questionnaireOf(phq9, CM)).toMatchObject({
      url: `${CM}/Questionnaire/phq-9`,
      version: '1.0.0',
      name: 'Phq9',
      status: 'active',
      code: [{ system: 'http://loinc.org', code: '44249-1' }],
    })
    expect((questionnaireOf(phq9, CM)['item'] as readonly object[])[0]).toMatchObject({
      linkId: '/44250-9',
      code: [{ system: 'http://loinc.org', code: '44250-9' }],
      type: 'choice',
      answerOption: [
        {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/ordinalValue', valueDecimal: 0 }],
          valueCoding: { system: 'http://loinc.org', code: 'LA6568-5', display: 'Not at all' },
        },
        {},
        {},
        {},
      ],
    })
  })

  it('lets answers be written as the options that they are', () => {
    const lens = nounLenses(CM).of('answers')
    const state = {
      id: 'a1',
      state: 'completed',
      instrument: 'phq-9|1.0.0',
      items: [{ linkId: '/44250-9', answer: 'LA6569-3' }],
    } as const
    const written = lens.write(lens.blank({ id: 'a1', caseId: 'c1', patient: PATIENT }, state), state)
    expect(written['item']).toEqual([
      {
        linkId: '/44250-9',
        text: 'Little interest or pleasure in doing things',
        answer: [{ valueCoding: { system: 'http://loinc.org', code: 'LA6569-3', display: 'Several days' } }],
      },
    ])
  })
})
