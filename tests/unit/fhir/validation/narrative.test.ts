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
  'data:text/html,&lt;script>',
  'DATA:text/html;base64,PHNjcmlwdC8+',
  'da&#x74;a&colon; text/html;charset=utf-8,x',
  'data:image/svg+xml;base64,PHN2Zy8+',
  'data:application/xhtml+xml,x',
  'data:text/xml,x',
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
  'data:,plain',
  'data:text/plain;charset=utf-8,x',
  'data:image/png;base64,iVBORw0KGgo=',
  'data:application/pdf;base64,JVBERi0=',
])('another link is let through: %j', href => {
  expect(link(href)).toBeUndefined()
})

test.each(['img src', 'blockquote cite', 'q cite', 'img longdesc', 'area href'])(
  'a page in a data: address is refused in every attribute that names an address: %s',
  place => {
    const [element = '', attribute = ''] = place.split(' ')
    const tag = `<${element} ${attribute}="data:text/html,x"/>`
    expect(narrativeFault(`<div xmlns="http://www.w3.org/1999/xhtml">${tag}x</div>`)).toEqual([
      'txt-1',
      `must not hold a script in ${attribute}`,
    ])
  },
)
