import type { Obligation } from '../../../care-plan/case/case-file.ts'

/** Still to be done, late or not. */
export const isOwed = ({ state }: Obligation): boolean => state === 'due' || state === 'missed'
