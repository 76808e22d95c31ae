import { goalBarrierCodes } from '../../src/mappers/case/nouns/finding-codes.ts'

export { gasRaters, measureCodes, olderBaseline } from '../../src/mappers/case/nouns/measure-codes.ts'
export const goalBarrierCode = goalBarrierCodes

/**
 * Mod 10 of LOINC codes, the letters of answer codes and parts included (a letter counts as its ASCII code less 48):
 * https://loinc.org/kb/users-guide, appendix on the check digit.
 */
export function hasLoincCheckDigit(code: string): boolean {
  const [, body = '', check = ''] = /^([A-Z]*\d+)-(\d)$/.exec(code) ?? []
  const sum = body
    .split('')
    .toReversed()
    .map(character => character.charCodeAt(0) - '0'.charCodeAt(0))
    .reduce((total, digit, i) => total + (i % 2 === 1 ? digit : 2 * digit - 9 * Math.floor(digit / 5)), 0)
  return check !== '' && (10 - (sum % 10)) % 10 === Number(check)
}

const D = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]
const P = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
]

/** Verhoeff's check digit of SNOMED CT identifiers. */
export const hasVerhoeffDigit = (id: string): boolean =>
  id
    .split('')
    .toReversed()
    .map(Number)
    .reduce((check, digit, i) => D[check]?.[P[i % 8]?.[digit] ?? 0] ?? 0, 0) === 0
