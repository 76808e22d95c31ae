import type { WriteIntent } from '../../commands/fhir/fhir-intent.ts'
import { isAnswerParameter, type Exchange } from './exchange.ts'

/** The query that says which resource is meant, without what only shapes the answer. */
export function conditionIn({ pairs }: Exchange): string {
  const query = new URLSearchParams()
  for (const [name, value] of pairs) if (!isAnswerParameter(name)) query.append(name, value)
  return query.toString()
}

/** The versions that a write asks for or forbids. */
export const ifMatches = ({ headers }: Exchange): Pick<WriteIntent, 'ifMatch' | 'ifNoneMatch'> => ({
  ...(headers['if-match'] !== undefined && { ifMatch: headers['if-match'] }),
  ...(headers['if-none-match'] !== undefined && { ifNoneMatch: headers['if-none-match'] }),
})
