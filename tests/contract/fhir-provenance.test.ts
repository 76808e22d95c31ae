import { openFhirServer } from '../support/fhir-server.ts'
import { provenanceContract } from './fhir/provenance-contract.ts'

provenanceContract(openFhirServer)
