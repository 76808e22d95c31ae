import { openFhirServer } from '../support/fhir-server.ts'
import { searchPagesContract } from './fhir/search-pages-contract.ts'

searchPagesContract(() => openFhirServer())
