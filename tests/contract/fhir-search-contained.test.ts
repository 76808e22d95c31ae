import { openFhirServer } from '../support/fhir-server.ts'
import { searchContainedContract } from './fhir/search-contained-contract.ts'

searchContainedContract(() => openFhirServer())
