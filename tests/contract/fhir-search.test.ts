import { openFhirServer } from '../support/fhir-server.ts'
import { searchContract } from './fhir/search-contract.ts'

searchContract(() => openFhirServer())
