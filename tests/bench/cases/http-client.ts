import { Agent, request } from 'node:http'

/** Requests over connections that are kept, with as little work on our side as can be. */
export interface HttpClient {
  readonly send: (
    method: string,
    path: string,
    body?: object,
  ) => Promise<{ readonly status: number; readonly text: string }>
  readonly close: () => void
}

export function httpClient(url: string): HttpClient {
  const agent = new Agent({ keepAlive: true })
  return {
    close: () => agent.destroy(),
    send: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body)
        const headers = {
          'x-actor': 'Practitioner/bench',
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(text)),
          }),
        }
        const sent = request(`${url}${path}`, { method, agent, headers }, answer => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          )
        })
        sent.on('error', reject)
        sent.end(text)
      }),
  }
}
