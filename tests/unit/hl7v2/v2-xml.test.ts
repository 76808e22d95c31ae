import { expect, test } from 'vitest'
import { messageFromXml } from '../../../src/hl7v2/v2-xml.ts'

const er7 = (xml: string): readonly string[] => {
  const read = messageFromXml(xml)
  return read.ok ? read.value.split('\r').filter(line => line !== '') : [read.failure.code]
}

const v2xml = (inside: string): string =>
  `<?xml version="1.0"?><ADT_A01 xmlns="urn:hl7-org:v2xml"><MSH><MSH.1>|</MSH.1><MSH.2>^~\\&amp;</MSH.2>
   <MSH.9><MSG.1>ADT</MSG.1><MSG.2>A01</MSG.2></MSH.9></MSH>${inside}</ADT_A01>`

const MSH = 'MSH|^~\\&|||||||ADT^A01'

test('fields, repetitions, components and subcomponents of v2 XML stand where ER7 has them', () => {
  expect(
    er7(
      v2xml(`<PID><PID.3><CX.1>1</CX.1><CX.4><HD.1>H</HD.1><HD.2>1.2.3</HD.2></CX.4><CX.5>MR</CX.5></PID.3>
        <PID.3><CX.1>2</CX.1></PID.3><PID.7><TS.1>19700102</TS.1></PID.7><PID.8>F</PID.8></PID>`),
    ),
  ).toEqual([MSH, 'PID|||1^^^H&1.2.3^MR~2||||19700102|F'])
})

test("Mirth's XML is numbered by field", () => {
  expect(
    er7(`<HL7Message><MSH><MSH.1>|</MSH.1><MSH.2>^~\\&amp;</MSH.2><MSH.9><MSH.9.1>ADT</MSH.9.1><MSH.9.2>A01</MSH.9.2>
      </MSH.9></MSH><PID><PID.3><PID.3.1>1</PID.3.1><PID.3.4><PID.3.4.1>H</PID.3.4.1><PID.3.4.2>1.2</PID.3.4.2>
      </PID.3.4></PID.3><PID.5><PID.5.1>Ruiz</PID.5.1><PID.5.2/></PID.5></PID></HL7Message>`),
  ).toEqual([MSH, 'PID|||1^^^H&1.2||Ruiz'])
})

test('groups are walked through in order, Z-segments and prefixes too', () => {
  expect(
    er7(
      `<h:ADT_A01 xmlns:h="urn:hl7-org:v2xml"><h:MSH><h:MSH.9><h:MSG.1>ADT</h:MSG.1><h:MSG.2>A01</h:MSG.2></h:MSH.9></h:MSH>
      <h:ADT_A01.PROCEDURE><h:PR1><h:PR1.1>1</h:PR1.1></h:PR1></h:ADT_A01.PROCEDURE>
      <h:ADT_A01.INSURANCE><h:IN1><h:IN1.1>1</h:IN1.1></h:IN1><h:IN2/></h:ADT_A01.INSURANCE><h:ZFA><h:ZFA.4>NY</h:ZFA.4></h:ZFA></h:ADT_A01>`,
    ),
  ).toEqual([MSH, 'PR1|1', 'IN1|1', 'IN2', 'ZFA||||NY'])
})

test('delimiters in texts are escaped, escape sequences stay, "" deletes, entities and CDATA are texts', () => {
  expect(
    er7(
      v2xml(
        `<PID><PID.5><XPN.1>A&amp;B^C&#124;D</XPN.1><XPN.2>""</XPN.2></PID.5><PID.9><![CDATA[x<y\\T\\]]></PID.9>` +
          `<PID.11>a<escape V=".br"/>b&#xe9;</PID.11></PID>`,
      ),
    ),
  ).toEqual([MSH, 'PID|||||A\\T\\B\\S\\C\\F\\D^""||||x<y\\T\\||a\\.br\\bé'])
})

test('a number that no segment reaches is left out', () => {
  expect(er7(v2xml('<PID><PID.9999>x</PID.9999><PID.0>y</PID.0><PID.x>z</PID.x></PID>'))).toEqual([
    MSH,
    'PID',
  ])
})

test.each([
  '<!DOCTYPE x [<!ENTITY a "b">]><ADT_A01/>',
  '<ADT_A01>&a;</ADT_A01>',
  '<ADT_A01>&#0;</ADT_A01>',
  '<ADT_A01>&</ADT_A01>',
  '<ADT_A01><MSH></ADT_A01></MSH>',
  '<ADT_A01>',
  '</ADT_A01>',
  '<ADT_A01/><ADT_A01/>',
  '<ADT_A01/>text',
  '<ADT_A01',
  '<ADT_A01 a>',
  '<ADT_A01 a="<"/>',
  '<ADT_A01 a="1/>',
  '< ADT_A01/>',
  '<!-- never closed',
  '<ADT_A01><![CDATA[never closed',
  '<?never closed',
  '',
  `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`,
])('%j is no XML that is read', xml => {
  expect(er7(xml)).toEqual(['payload-xml-invalid'])
})

test('comments, instructions and attributes are passed over', () => {
  expect(er7(v2xml('<!-- <PID/> --><?x y?><PID a="1>2" b=\'"\'><PID.1>1</PID.1></PID>'))).toEqual([
    MSH,
    'PID|1',
  ])
})

test.each(['<ClinicalDocument/>', '<ADT_A01><PID/></ADT_A01>', '<Bundle><entry/></Bundle>'])(
  '%s holds no message',
  xml => {
    expect(er7(xml)).toEqual(['payload-shape-unsupported'])
  },
)

test('hostile XML takes time linear in its length', () => {
  const before = process.cpuUsage()
  const hostile = [
    `<a ${'b="1" '.repeat(200_000)}/>`,
    `<a>${'<b>'.repeat(300_000)}`,
    `<a>${'<b/>'.repeat(200_000)}</a>`,
    `<a>${'&amp;'.repeat(200_000)}</a>`,
    `<a>${'&'.repeat(1_000_000)}</a>`,
    `<a ${"b='".repeat(300_000)}>`,
    '<!--'.repeat(250_000),
  ]
  for (const xml of hostile) expect(messageFromXml(xml).ok).toBe(false)
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
})
