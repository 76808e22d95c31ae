import { openFhirServer } from '../support/fhir-server.ts'
import { searchResultsContract } from './fhir/search-results-contract.ts'

searchResultsContract(() => openFhirServer())
