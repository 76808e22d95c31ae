import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { checkIn } from '../../commands/cases/reading-matter.ts'
import { problems } from './schemas.ts'

const text = Type.String()

const script = Type.Object({
  version: text,
  source: text,
  questions: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Name of the question in `answers` of RecordContact.' }),
      topic: Type.String({ description: 'The topic of the check-in that it belongs to.' }),
      text,
      answers: Type.Array(
        Type.Object({
          code: text,
          text,
          redFlag: Type.Optional(
            Type.String({
              description: 'Code of the red flag that this answer is: somebody acts the same day.',
            }),
          ),
        }),
      ),
    }),
  ),
})

/** `GET /check-in-script` */
export function checkInRoute(server: FastifyInstance): void {
  server.get('/check-in-script', {
    schema: {
      operationId: 'getCheckInScript',
      summary: 'What is asked on the phone after a stay, and which answers are red flags.',
      tags: ['cases'],
      response: { 200: script, ...problems(503) },
    },
    handler: () => Promise.resolve(checkIn()),
  })
}
