import { expect, test } from 'vitest'
import { narrativeFault } from '../../../../src/fhir/validation/narrative.ts'

const link = (href: string) =>
  narrativeFault(`<div xmlns="http://www.w3.org/1999/xhtml"><a href="${href}">x</a></div>`)

test.each([
  'javascript:alert(1)',
  ' \n JavaScript:alert(1)',
  'vbscript:x',
  '&#106;avascript:alert(1)',
  '&#x6A;avascript:alert(1)',
  '&#X6a;avascript:alert(1)',
  'java&#10;script:alert(1)',
  'java&Tab;script:alert(1)',
  'java&NewLine;script:alert(1)',
  'java\nscript:alert(1)',
  'javascript&colon;alert(1)',
  '&#1;javascript:alert(1)',
])('a script in a link is refused however it is written: %j', href => {
  expect(link(href)).toEqual(['txt-1', 'must not hold a script in href'])
})

test.each([
  'https://x.org/?a=1&amp;b=javascript:1',
  '#javascript',
  'javascript.html',
  'Patient/1',
  '&#x110000;',
  '&constructor;:',
])('another link is let through: %j', href => {
  expect(link(href)).toBeUndefined()
})
