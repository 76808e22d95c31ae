import { conditionalContract } from '../contract/fhir/conditional-contract.ts'
import { interactionsContract } from '../contract/fhir/interactions-contract.ts'
import { patchContract } from '../contract/fhir/patch-contract.ts'
import { provenanceContract } from '../contract/fhir/provenance-contract.ts'
import { searchConditionsContract } from '../contract/fhir/search-conditions-contract.ts'
import { searchContainedContract } from '../contract/fhir/search-contained-contract.ts'
import { searchContract } from '../contract/fhir/search-contract.ts'
import { searchPagesContract } from '../contract/fhir/search-pages-contract.ts'
import { searchResultsContract } from '../contract/fhir/search-results-contract.ts'
import { transactionContract } from '../contract/fhir/transaction-contract.ts'
import { openFhirServer, type FhirServer, type FhirServerOptions } from '../support/fhir-server.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

async function open(options: FhirServerOptions = {}): Promise<FhirServer> {
  const database = await freshDatabase()
  const server = await openFhirServer({ ...options, databaseUrl: database.url })
  return {
    ...server,
    close: async () => {
      await server.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

describeWith(['postgres'], 'the FHIR interactions on PostgreSQL', () => interactionsContract(open))
describeWith(['postgres'], 'patches by FHIR on PostgreSQL', () => patchContract(open))
describeWith(['postgres'], 'conditional FHIR writes on PostgreSQL', () => conditionalContract(open))
describeWith(['postgres'], 'the FHIR search on PostgreSQL', () => searchContract(open))
describeWith(['postgres'], 'conditions of FHIR searches on PostgreSQL', () => searchConditionsContract(open))
describeWith(['postgres'], 'chains into contained resources on PostgreSQL', () =>
  searchContainedContract(open),
)
describeWith(['postgres'], 'the results of searches on PostgreSQL', () =>
  searchResultsContract(open, { large: true }),
)
describeWith(['postgres'], 'the pages of searches on PostgreSQL', () => searchPagesContract(open))
describeWith(['postgres'], 'FHIR batches and transactions on PostgreSQL', () => transactionContract(open))
describeWith(['postgres'], 'the Provenance of FHIR writes on PostgreSQL', () => provenanceContract(open))
