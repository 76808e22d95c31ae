import { openFhirServer } from '../support/fhir-server.ts'
import { searchConditionsContract } from './fhir/search-conditions-contract.ts'

searchConditionsContract(() => openFhirServer())
