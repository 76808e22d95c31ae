import { inTheEnd } from './story-end.ts'
import { atHome } from './story-home.ts'
import { inHospital } from './story-hospital.ts'
import { underModels } from './story-models.ts'
import { planning } from './story-planning.ts'
import { inRehab } from './story-rehabilitation.ts'
import type { Teller } from './teller.ts'

/** A step of domain.md section 8: its deeds, and what must hold then. */
export interface Chapter {
  readonly title: string
  readonly tell: (teller: Teller) => Promise<void>
}

/** River’s story in order, as far as case management reaches (without coverage, authorisation, referral and cost). */
export const story: readonly Chapter[] = [
  ...inHospital,
  ...planning,
  ...inRehab,
  ...atHome,
  ...underModels,
  ...inTheEnd,
]
