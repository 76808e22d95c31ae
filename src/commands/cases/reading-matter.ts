import { checkInScript, type CheckInScript } from '../../care-plan/instruments/check-in.ts'
import type { Instrument } from '../../care-plan/instruments/instrument.ts'
import { instruments } from '../../care-plan/instruments/registry.ts'
import { caseNames } from '../../mappers/case/names.ts'

/** What is asked on the phone after a stay. */
export const checkIn = (): CheckInScript => checkInScript

/** An instrument with the canonical that answers to it name. */
export interface InstrumentView extends Instrument {
  readonly canonical: string
}

/** Every instrument with its questions, answers, scoring tables and what they propose. */
export const instrumentList = (canonicalBase: string): readonly InstrumentView[] =>
  instruments.map(instrument => ({
    ...instrument,
    canonical: `${caseNames(canonicalBase).questionnaire(instrument.id)}|${instrument.version}`,
  }))
