/** What damages a message in transit, or tries its reader: put anywhere into a text. */
export const er7Damages: readonly string[] = [
  ...['', '|', '^', '~', '\\', '&', '""', '|""|', '\r', '\n', '\r\n', '^^^', '|||', '|||||||', '~~'],
  ...['\\T\\', '\\X0D\\', '\\Xzz\\', '\u0000', '\u001C\r', '\u000B', 'é', '🙂', ' '],
  ...['-1', '0', '20269931', '99999999', '99999999999999', '20260230', '1e999', '-0500'],
  ...['MSH|', 'MSH|^~\\&|', 'PID|', 'PV1||', 'EVN|A08', 'BHS|^~\\&\r', 'ADT^A03', 'ADT^A40', 'ZZZ', '2.1'],
  ...['{', '__proto__'],
]
