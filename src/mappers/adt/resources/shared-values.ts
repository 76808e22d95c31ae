import { rememberedByText } from '../../../lib/remembered-texts.ts'
import { unchanging } from '../../../lib/unchanging.ts'

/** Characters of text that are remembered. */
const CHARS = 2 ** 18

/** A reference, `Type/id`: many resources refer to the same few, and it is looked at once whether that is allowed. */
export const referenceTo: (reference: string) => { reference: string } = rememberedByText(CHARS, reference =>
  unchanging({ reference }),
)
