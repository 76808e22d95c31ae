import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { caseTypes, defaultCaseRules, intakeTasks } from '../../../src/care-plan/case/case-rules.ts'
import { watchedValues } from '../../../src/care-plan/duties/watched-values.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { readRulesConfig } from '../../../src/config/rules-config.ts'
import { rulesSchema } from '../../../src/config/rules-schema.ts'
import { describeWrong } from '../../../src/config/wrong.ts'

const examples = join(import.meta.dirname, '../../../docs/reference/rules')
const read = (config: unknown): ReturnType<typeof readRulesConfig> => readRulesConfig(JSON.stringify(config))
const rule = { id: 'a', caseType: 'acute' }

describe('CASE_RULES', () => {
  it('is the built-in rules when it is empty or unset', () => {
    expect(read({})).toEqual({ config: defaultCaseRules, wrong: [] })
    const config = readConfig({})
    expect(config.ok && config.value.caseRules).toEqual(defaultCaseRules)
  })

  it('fills in what a part leaves out', () => {
    const { config } = read({ transition: { visitDays: 10 }, readmission: {}, intake: [rule] })
    expect(config).toEqual({
      ...defaultCaseRules,
      transition: { ...defaultCaseRules.transition, visitDays: 10 },
      intake: [{ ...rule, when: {}, task: 'screen' }],
    })
  })

  it('knows the words of the domain and no others', () => {
    const { intake, watched } = rulesSchema.properties
    const { caseType, task } = intake.items.properties
    expect([caseType.enum, task.enum, watched.items.enum]).toEqual([caseTypes, intakeTasks, watchedValues])
  })

  it.each(readdirSync(examples))('takes the example %s of docs/reference/rules', name => {
    expect(readRulesConfig(join(examples, name)).wrong).toEqual([])
  })

  it.each([
    ['an unknown key', { reopen: 3 }, '/reopen'],
    ['an unknown condition', { intake: [{ ...rule, when: { color: 'red' } }] }, '/intake/0/when/color'],
    [
      'a rule without a case type',
      { intake: [{ id: 'a' }] },
      "a value at /intake/0 a value that must have required property 'caseType'",
    ],
    ['a class that there is not', { intake: [{ ...rule, when: { class: 'IMP' } }] }, 'inpatient, emergency'],
    ['payers that are no list', { intake: [{ ...rule, when: { payer: 'ACME' } }] }, '/intake/0/when/payer'],
    ['a value that nobody can watch', { watched: ['payer', 'weather'] }, '/watched/1'],
    ['a figure out of reason', { transition: { visitDays: 0 } }, '/transition/visitDays'],
    ['two rules of one id', { intake: [rule, rule] }, '/intake/1/id'],
    [
      'more days for a high risk than for others',
      { transition: { visitDaysHigh: 20 } },
      '/transition/visitDaysHigh',
    ],
  ])('refuses %s, naming the place', (_what, config, said) => {
    const { wrong } = read(config)
    expect(wrong.map(({ given, allowed }) => `${given} ${allowed}`).join('\n')).toContain(said)
  })

  it('stops the start when it is wrong, by name', () => {
    const config = readConfig({ CASE_RULES: '{"reopenDays":"many"}' })
    expect(config.ok ? '' : describeWrong(config.wrong)).toContain('CASE_RULES: given a value at /reopenDays')
  })
})
