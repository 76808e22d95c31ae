import type { Static, TObject } from 'typebox'
import type { Calendar } from '../../lib/business-days.ts'
import type { Result } from '../../lib/result.ts'
import type { CaseFile, NounName } from '../case/case-file.ts'
import type { CaseRules } from '../case/case-rules.ts'
import type { DomainEvent, Stamp } from '../machines/domain-event.ts'
import type { ModelLookup } from '../models/model-profile.ts'
import type { Consent } from '../nouns/people.ts'
import type { Stay } from '../stays/stay.ts'

/** What a decision may know beside the case file. No clock, no chance: the id of what is born comes in too. */
export interface CommandContext extends Stamp {
  /** Id for a noun that is born, in the patient's shard; a further one each time it is asked. */
  readonly newId: (noun: NounName) => string
  readonly rules: CaseRules
  readonly models: ModelLookup
  readonly calendar: Calendar
  readonly timeZone: string
  /** The patient's visits. */
  readonly stays: readonly Stay[]
  /** The RelatedPersons on the patient's record, as references; undefined = nobody looked. */
  readonly relatives?: readonly string[]
  /** What the patient denied in any of their cases; undefined = nobody looked. */
  readonly denials?: () => readonly Consent[]
}

/** Another case of the same patient; undefined when there is none of this id. */
export type OtherCases = (id: string) => CaseFile | undefined

/**
 * A command of the case API: its payload as JSON Schema (served in /openapi.json, checked before `decide`), and the pure
 * decision. `decide` gives the events or a failure (`illegal-transition` with the legal commands, `rule-broken` with the
 * rule's number, `unknown-noun` when an id in the payload names nothing in the file).
 */
export interface Command<S extends TObject = TObject> {
  readonly name: string
  /** One sentence for the API page. */
  readonly summary: string
  readonly payload: S
  /**
   * `others` finds further cases of the same patient by id, for a command that joins two: an event on one of them is of
   * the noun `case` and has its id.
   */
  readonly decide: (
    file: CaseFile,
    payload: Static<S>,
    context: CommandContext,
    others?: OtherCases,
  ) => Result<readonly DomainEvent[]>
}

/** Keeps the payload's type between schema and decision. */
export const command = <S extends TObject>(definition: Command<S>): Command => definition
