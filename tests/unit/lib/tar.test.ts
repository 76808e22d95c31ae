import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tarFiles } from '../../../src/lib/tar.ts'
import { tarOf } from '../../support/ig-package.ts'

const textsOf = (archive: Uint8Array) =>
  tarFiles(archive).map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])

test('files come out in order with their names, folders and links left out', () => {
  const long = `package/${'a'.repeat(120)}.json`
  const archive = tarOf([
    { name: 'package/', content: '', kind: '5' },
    { name: 'package/a.json', content: '{"a":"é"}' },
    { name: 'package/link', content: '', kind: '2' },
    { name: long, content: 'x'.repeat(600) },
    { name: 'package/empty', content: '' },
  ])
  expect(textsOf(archive)).toEqual([
    ['package/a.json', '{"a":"é"}'],
    [long, 'x'.repeat(600)],
    ['package/empty', ''],
  ])
})

test('an archive that breaks off gives what is whole, and no bytes make it throw', () => {
  const archive = tarOf([
    { name: 'a', content: 'x'.repeat(512) },
    { name: 'b', content: 'y'.repeat(512) },
  ])
  expect(textsOf(archive.subarray(0, 1024 + 600)).map(([name]) => name)).toEqual(['a'])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2048 }), bytes => {
      tarFiles(bytes)
    }),
  )
})
