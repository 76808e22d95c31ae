import { Type, type TObject } from 'typebox'
import { commands } from '../../care-plan/commands/commands.ts'
import { identifyCasePayload } from '../../care-plan/case/identify-case.ts'
import { dateTimeField, textField } from '../../care-plan/commands/payload.ts'

/** A command as its route describes it. */
export interface CommandSchema {
  readonly name: string
  readonly summary: string
  /** The payload with `at` and `reason`, which every command takes. */
  readonly body: TObject
  /** Fields that are the command's own even where every command has one of that name. */
  readonly own: ReadonlySet<string>
}

const shared = {
  at: Type.Optional(
    Type.String({
      ...dateTimeField('When it happened; now when left out.'),
      examples: ['2026-10-13T09:00:00-04:00'],
    }),
  ),
  reason: Type.Optional(textField('Why, in your words: kept in the event and in Provenance.')),
}

const bodyOf = (payload: TObject): TObject => ({
  ...payload,
  properties: { ...shared, ...payload.properties },
})

export const commandSchemas: readonly CommandSchema[] = [...commands.values()].map(
  ({ name, summary, payload }) => ({
    name,
    summary,
    body: bodyOf(payload),
    own: new Set(Object.keys(payload.properties)),
  }),
)

/** Body of `POST /cases`. */
export const createCaseBody: TObject = bodyOf(identifyCasePayload)
