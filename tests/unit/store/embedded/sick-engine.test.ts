import { describe, expect, test, vi } from 'vitest'
import { endWhenSick, lastWords } from '../../../../src/store/embedded/sick-engine.ts'

const errorResponse = (severity: string): Buffer => {
  const fields = Buffer.from(`S${severity}\0V${severity}\0C53100\0Mno room\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([Buffer.from('2\0\0\0\x04n\0\0\0\x04'), head, fields])
}

describe('the last words of an engine', () => {
  test.each(['PANIC', 'FATAL'])('%s is heard wherever the answer is cut in two', severity => {
    const answer = errorResponse(severity)
    for (let cut = 0; cut <= answer.length; cut += 1) {
      const isLast = lastWords()
      const heard = [isLast(answer.subarray(0, cut)), isLast(answer.subarray(cut))]
      expect(heard.filter(Boolean), `cut at ${cut}`).toHaveLength(1)
    }
  })

  test('they are heard when they come byte by byte', () => {
    const isLast = lastWords()
    const heard = Array.from(errorResponse('PANIC'), byte => isLast(Buffer.from([byte])))
    expect(heard.filter(Boolean)).toHaveLength(1)
  })

  test('an error of one statement is not among them', () => {
    expect(lastWords()(errorResponse('ERROR'))).toBe(false)
  })
})

describe('an engine that is watched', () => {
  const engineThat = (step: () => void) => {
    const end = vi.fn<() => void>()
    const Module = { _PostgresMainLoopOnce: step }
    endWhenSick({ Module } as unknown as Parameters<typeof endWhenSick>[0], end)
    return { end, step: () => Module['_PostgresMainLoopOnce']() }
  }

  test('is ended when it aborts', () => {
    const { end, step } = engineThat(() => {
      throw new Error('Aborted()')
    })
    expect(step).toThrow('Aborted()')
    expect(end).toHaveBeenCalledOnce()
  })

  test('is ended when it exits', () => {
    const { end, step } = engineThat(() => {
      throw Object.assign(new Error('exit'), { status: 1 })
    })
    expect(step).toThrow('exit')
    expect(end).toHaveBeenCalledOnce()
  })

  test('goes on after an SQL error and after an answer', () => {
    const failing = engineThat(() => {
      throw Object.assign(new Error('longjmp'), { status: 100 })
    })
    expect(failing.step).toThrow('longjmp')
    expect(failing.end).not.toHaveBeenCalled()
    const answering = engineThat(() => undefined)
    answering.step()
    expect(answering.end).not.toHaveBeenCalled()
  })

  test('a version of PGlite without the loop is refused instead of running unwatched', () => {
    const withoutLoop = { Module: {} } as unknown as Parameters<typeof endWhenSick>[0]
    expect(() => endWhenSick(withoutLoop, () => undefined)).toThrow('main loop')
  })
})
