import type { DueIn } from './duty-rules.ts'

export const businessDays = (count: number): DueIn => ({ unit: 'business-days', count })
export const days = (count: number): DueIn => ({ unit: 'days', count })
