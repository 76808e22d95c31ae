import { expect, test } from 'vitest'
import { decodeText } from '../../../src/hl7v2/charset.ts'

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const read = (digits: string, declared: readonly string[], rule = {}) => {
  const result = decodeText(hex(digits), declared, rule)
  return result.ok
    ? [result.value.text, ...result.value.warnings.map(({ code }) => code)]
    : [result.failure.code]
}

test.each([
  ['ASCII', '4142', 'AB'],
  ['8859/1', '4de96c', 'Mél'],
  ['8859/2', 'b1 e6', 'ąć'],
  ['8859/3', 'a1 fe', 'Ħŝ'],
  ['8859/4', 'a1 e0', 'Ąā'],
  ['8859/5', 'd0 ef', 'ая'],
  ['8859/6', 'c7 e4', 'ال'],
  ['8859/7', 'e1 f9', 'αω'],
  ['8859/8', 'e0 fa', 'את'],
  ['8859/9', 'd0 fe', 'Ğş'],
  ['8859/10', 'a1 e0', 'Ąā'],
  ['8859/11', 'a1', 'ก'],
  ['8859/13', 'e0 f0', 'ąš'],
  ['8859/14', 'de fe', 'Ŷŷ'],
  ['8859/15', 'a4 e9', '€é'],
  ['UNICODE UTF-8', 'c3a9', 'é'],
  ['UTF-8', 'e4b8ad', '中'],
  ['utf8', 'c3a9', 'é'],
  ['GB 18030-2000', 'd6d0', '中'],
  ['KS X 1001', 'b0a1', '가'],
  ['BIG-5', 'a4a4', '中'],
  ['ISO IR14', '1b284a 5c41 1b2842', '\\A'],
  ['ISO IR87', '1b2442 2422 1b2842 41', 'あA'],
  ['ISO IR159', '1b242844 3021 1b2842', '丂'],
])('%s is decoded', (declared, digits, text) => {
  expect(read(digits, [declared])).toEqual([text])
})

test('"UNICODE UTF-8" is UTF-8 and nothing else, and so a byte that is not UTF-8 fails', () => {
  expect(read('c485', ['UNICODE UTF-8'])).toEqual(['ą'])
  expect(read('41e941', ['UNICODE UTF-8'])).toEqual(['charset-undecodable'])
})

test('the first repetition is the default set; a Japanese set in another is switched to by escape', () => {
  expect(read('e9', ['8859/1', '8859/2'])).toEqual(['é'])
  expect(read('e9', ['8859/1', 'ISO IR87'])).toEqual(['é'])
  expect(read('41 1b2442 2422 1b2842', ['', 'ISO IR87'])).toEqual(['Aあ'])
  expect(read('41 1b2442 2422 1b2842 1b2849 31 1b2842', ['ASCII', 'ISO IR87'])).toEqual(['Aあｱ'])
})

test('a Japanese line end switches back to one byte a character', () => {
  expect(read('1b2442 2422 0d 4142', ['ISO IR87'])).toEqual(['あ\rAB'])
})

test('nothing declared: UTF-8 where it is that, else windows-1252 with a warning, after the default of the source', () => {
  expect(read('c3a9', [''])).toEqual(['é'])
  expect(read('e9 80', [''])).toEqual(['é€', 'charset-assumed'])
  expect(read('e6', [''], { defaultCharset: '8859/2' })).toEqual(['ć'])
  expect(read('41', [''])).toEqual(['A'])
})

test("the source's configured set wins over MSH-18", () => {
  expect(read('c3a9', ['8859/2'], { charset: 'UTF-8' })).toEqual(['é'])
})

test.each([
  ['ASCII', 'e9', 'charset-undecodable'],
  ['8859/3', 'a5', 'charset-undecodable'],
  ['GB 18030-2000', 'ff', 'charset-undecodable'],
  ['ISO IR87', 'a4a2', 'charset-undecodable'],
  ['ISO IR87', '1b2442 7e7e', 'charset-undecodable'],
  ['UNICODE UTF-16', 'e9', 'charset-undecodable'],
  ['KLINGON', 'e9', 'charset-unsupported'],
  ['8859/12', 'e9', 'charset-unsupported'],
])('%s with bytes %s is refused as %s', (declared, digits, code) => {
  expect(read(digits, [declared])).toEqual([code])
})

test('an unknown set does no harm where all is ASCII', () => {
  expect(read('4142', ['KLINGON'])).toEqual(['AB', 'charset-unknown'])
})

test.each(['ASCII', '8859/1', 'UNICODE UTF-16'])(
  '%s over bytes that a broker recoded to UTF-8 is read as UTF-8, with a warning',
  declared => {
    expect(read('4dc3bc6c', [declared])).toEqual(['Mül', 'charset-recoded'])
  },
)

test('8859/2 is never taken for UTF-8: SZCZĘŚNIAK happens to be valid in it', () => {
  expect(read('535a435a caa6 4e49414b', ['8859/2'])).toEqual(['SZCZĘŚNIAK'])
})
