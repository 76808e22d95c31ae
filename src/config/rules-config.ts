import { jsonVariable, type JsonConfig } from './json-config.ts'
import { rulesSchema, type CaseRulesConfig } from './rules-schema.ts'

const read = jsonVariable<CaseRulesConfig>({ name: 'CASE_RULES', schema: rulesSchema, printedAs: 'rules' })

/** CASE_RULES as checked, with what no schema says: every rule of intake has a name of its own, a high risk no longer time. */
export function readRulesConfig(text: string): JsonConfig<CaseRulesConfig> {
  const { config, wrong } = read(text)
  if (!config) return { wrong }
  const ids = config.intake.map(({ id }) => id)
  const twice = ids.findIndex((id, i) => ids.indexOf(id) !== i)
  if (twice >= 0)
    return refused(`the id of another rule at /intake/${twice}/id`, 'an id of its own for every rule')
  const { visitDays, visitDaysHigh } = config.transition
  if (visitDaysHigh > visitDays)
    return refused('a value at /transition/visitDaysHigh', 'no more days than /transition/visitDays')
  return { config, wrong }
}

const refused = (given: string, allowed: string): JsonConfig<CaseRulesConfig> => ({
  wrong: [{ name: 'CASE_RULES', given, allowed }],
})
