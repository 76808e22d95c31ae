import { openFhirServer } from '../support/fhir-server.ts'
import { conditionalContract } from './fhir/conditional-contract.ts'

conditionalContract(() => openFhirServer())
