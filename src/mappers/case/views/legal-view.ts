import { listNames, type ListedNoun } from '../../../care-plan/case/case-file.ts'
import { legalCommands } from '../../../care-plan/case/case.ts'
import { legalIn, type Machine } from '../../../care-plan/machines/machine.ts'
import { machines } from '../../../care-plan/machines/machines.ts'
import type { CaseScene } from './case-scene.ts'

/**
 * `GET /cases/{id}/commands`: what is possible where the case and each noun stand. That is one condition; a rule may still refuse.
 * `known` are the commands that there are: what only facts and timers do is left out.
 */
export function legalView({ file, version }: CaseScene, known: ReadonlySet<string>): object {
  const stated = (machine: Machine, state: string): readonly string[] =>
    legalIn(machine, state).filter(name => known.has(name))
  const moved = new Set(
    Object.values(machines)
      .flatMap(({ moves }) => moves.filter(({ from }) => from.length > 0))
      .map(({ command }) => command),
  )
  const born = Object.values(machines)
    .flatMap(({ moves }) => moves.filter(({ from }) => from.length === 0))
    .map(({ command }) => command)
  const nouns = (Object.keys(listNames) as ListedNoun[]).flatMap(noun => {
    const machine = machines[noun]
    if (!machine) return []
    const list = file[listNames[noun]] as readonly { readonly id: string; readonly state: string }[]
    return list
      .map(({ id, state }) => ({ noun, id, state, legal: stated(machine, state) }))
      .filter(({ legal }) => legal.length > 0)
  })
  return {
    version,
    case: { state: file.case.state, legal: legalCommands(file.case).filter(name => known.has(name)) },
    new: [...new Set(born)].filter(name => known.has(name)).toSorted(),
    nouns,
    other: [...known].filter(name => !moved.has(name) && !born.includes(name)).toSorted(),
  }
}
