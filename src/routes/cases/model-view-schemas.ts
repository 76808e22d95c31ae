import { Type } from 'typebox'
import { dutyLine } from './view-schemas.ts'

const text = Type.String()
const optional = Type.Optional
const nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()])
const namedModel = Type.Object({ id: text, version: text, title: text })

export const fidelitySchema = Type.Object({
  version: Type.String({ description: 'Version of the case; its ETag without W/ and quotes.' }),
  model: nullable(namedModel),
  since: nullable(Type.String({ description: 'When the model began: measures count from then.' })),
  measures: Type.Array(
    Type.Object({
      measure: Type.String({ examples: ['contacts-per-week'] }),
      expected: optional(Type.Number({ description: 'None: told, not judged.' })),
      actual: optional(Type.Number({ description: 'None: there is nothing to count yet.' })),
      met: optional(Type.Boolean({ description: 'None: not judged, or not yet.' })),
      numerator: Type.Number(),
      denominator: Type.Number(),
      since: text,
    }),
  ),
  artefacts: Type.Array(
    Type.Object({
      artefact: Type.String({ examples: ['strength-per-goal'] }),
      met: optional(Type.Boolean({ description: 'None: there is nothing to judge by.' })),
      numerator: optional(Type.Integer()),
      denominator: optional(Type.Integer()),
      says: Type.String({ description: 'What was found, in words.' }),
    }),
    { description: 'What the model says that the case must have.' },
  ),
  suggestions: Type.Array(
    Type.Object({
      when: Type.String({ description: 'Code of the model’s escalateWhen.', examples: ['lace-10'] }),
      says: text,
      evidence: Type.Array(text, { description: 'References of what it rests on.' }),
      command: Type.Enum(['SwitchModel'], {
        description: 'What a person sends who agrees; which model is theirs to say.',
      }),
    }),
    { description: 'Conditions under which another model is to be thought of, and that hold now.' },
  ),
})

const change = (description: string) =>
  Type.Object({ before: nullable(Type.Number()), after: Type.Number() }, { description })

export const switchPreviewSchema = Type.Object({
  version: text,
  command: Type.Enum(['SelectModel', 'SwitchModel'], { description: 'The command that would do it.' }),
  from: nullable(namedModel),
  to: namedModel,
  contactsPerWeek: change('Contacts a week that the model asks for.'),
  minutesPerContact: Type.Number({
    description: 'Mean of the contacts by phone recorded, 30 when there are none.',
  }),
  hoursPerWeek: change('Hours a week of the manager for contacts.'),
  capacity: nullable(
    Type.Object(
      { manager: text, before: Type.Number(), after: Type.Number(), isOver: Type.Boolean() },
      { description: 'Load of the accountable manager over all cases; 1 is full.' },
    ),
  ),
  duties: Type.Object({
    raised: Type.Array(dutyLine),
    gone: Type.Array(dutyLine),
    moved: Type.Array(Type.Object({ rule: text, trigger: text, from: text, to: text })),
  }),
})

export const caseloadSchema = Type.Object({
  managers: Type.Array(
    Type.Object({
      manager: text,
      cases: Type.Integer({ description: 'Cases from open to closing.' }),
      withoutModel: Type.Integer({ description: 'Those without a model: they weigh nothing yet.' }),
      load: Type.Number({ description: 'Sum of acuity x 1 / ratio of the model; 1 is full.' }),
      isOver: Type.Boolean(),
      models: Type.Array(Type.Object({ model: text, cases: Type.Integer() })),
    }),
  ),
})
