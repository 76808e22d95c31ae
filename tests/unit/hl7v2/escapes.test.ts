import { expect, test } from 'vitest'
import { standardDelimiters } from '../../../src/hl7v2/delimiters.ts'
import { escapeText, unescapeText } from '../../../src/hl7v2/escapes.ts'

test.each([
  ['plain', 'plain'],
  ['\\F\\\\S\\\\T\\\\R\\\\E\\', '|^&~\\'],
  ['a\\P\\', 'a#'],
  ['\\H\\bold\\N\\', 'bold'],
  ['a\\.br\\b\\.ce\\c', 'a\nb\nc'],
  ['a\\.sp\\b\\.sp2\\c\\.sp +3\\d', 'a\nb\n\nc\n\n\nd'],
  ['a\\.in5\\b\\.ti-2\\c\\.fi\\d\\.nf\\e', 'a b c d e'],
  ['a\\.sk3\\b', 'a   b'],
  ['a\\X0D0A\\b', 'a\r\nb'],
  ['a\\X000d\\b', 'a\rb'],
  ['a\\X00E9\\b', 'aéb'],
  ['\\XE9\\', 'é'],
  ['\\XC3A9\\', 'é'],
  ['a\\X00\\b', 'ab'],
])('%j means %j', (sent, meaning) => {
  expect(unescapeText(sent, standardDelimiters)).toBe(meaning)
})

test.each([
  '4\\5',
  'ends with \\',
  '\\',
  '\\\\',
  '\\Q\\',
  '\\X1\\',
  '\\XZZ\\',
  '\\X\\',
  '\\.xx\\',
  '\\.brr\\',
  '\\C2842\\',
  '\\M2842\\',
  '\\M284244\\',
  '\\Z12\\',
])('%j is no escape with a meaning here and stays as sent', sent => {
  expect(unescapeText(sent, standardDelimiters)).toBe(sent)
})

test('a lone escape character does not swallow the escape sequence after it', () => {
  expect(unescapeText('4\\5 \\T\\ 6', standardDelimiters)).toBe('4\\5 & 6')
})

test('an absurd repeat count does not inflate the text', () => {
  expect(unescapeText('\\.sp999999999\\', standardDelimiters).length).toBe(10)
})

test('the truncation character of MSH-2 is what \\P\\ stands for', () => {
  expect(unescapeText('\\P\\', { ...standardDelimiters, truncation: '%' })).toBe('%')
})

test('a delimiter that is a control character is not put into the text that it stands in', () => {
  const delimiters = { ...standardDelimiters, subcomponent: '\u001C' }
  expect(unescapeText('Moreau \\T\\ Lee', delimiters)).toBe('Moreau  Lee')
})

test('escapeText writes delimiters, line ends and a bare pair of quotes so that they are not misread', () => {
  expect(escapeText('a|b^c&d~e\\f')).toBe('a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f')
  expect(escapeText('a\r\nb')).toBe('a\\X0D\\\\X0A\\b')
  expect(escapeText('""')).toBe('\\X2222\\')
  expect(escapeText('say ""')).toBe('say ""')
})
