import { openFhirServer } from '../support/fhir-server.ts'
import { interactionsContract } from './fhir/interactions-contract.ts'

interactionsContract(() => openFhirServer())
