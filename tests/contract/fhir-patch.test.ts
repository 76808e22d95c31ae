import { openFhirServer } from '../support/fhir-server.ts'
import { patchContract } from './fhir/patch-contract.ts'

patchContract(() => openFhirServer())
