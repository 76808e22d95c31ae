import { rememberedByText } from '../../lib/remembered-texts.ts'
import { unchanging } from '../../lib/unchanging.ts'

/** Characters of text that each of these remembers. */
const CHARS = 2 ** 18

/** A reference, `Type/id`: many resources refer to the same few, and it is looked at once whether that is allowed. */
export const referenceTo: (reference: string) => { reference: string } = rememberedByText(CHARS, reference =>
  unchanging({ reference }),
)

/** The `meta` of what only says which message changed it: the same for all that a message changes. */
export const metaFrom: (source: string) => { source: string } = rememberedByText(CHARS, source =>
  unchanging({ source }),
)
