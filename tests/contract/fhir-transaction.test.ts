import { openFhirServer } from '../support/fhir-server.ts'
import { transactionContract } from './fhir/transaction-contract.ts'

transactionContract(() => openFhirServer())
