import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import { patientOfCase } from './case-compartment.ts'
import type { CaseDeps } from './case-deps.ts'

/**
 * What shows that a duty is done stands in the record of the case's patient (I15). Failures: `case-unknown`,
 * `output-unknown`.
 */
export async function shownOutput(deps: CaseDeps, caseId: string, output: string): Promise<Result<void>> {
  const [type = '', id = ''] = output.split('/')
  const patient = await patientOfCase(deps, caseId)
  if (!patient.ok) return patient
  const stored = await deps.store.read(deps.tenant, { type, id })
  if (!stored || stored.deleted) return fail(unknown)
  const isOfPatient =
    (type === 'Patient' && id === patient.value) ||
    patientOf(parseRemembered(stored), deps.base) === patient.value
  return isOfPatient ? ok(undefined) : fail(unknown)
}

const unknown: Failure = {
  kind: 'unprocessable',
  code: 'output-unknown',
  message:
    'What is to show that the duty is done is not in the record of the patient: write it first (PUT /fhir/...), or name a resource that is there.',
  expression: 'output',
}
