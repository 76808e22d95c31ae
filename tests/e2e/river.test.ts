import { afterAll, beforeAll, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'
import { negativePaths } from '../support/river/negative.ts'
import { openRiverService, type RiverService } from '../support/river/river-service.ts'
import { story, type Chapter } from '../support/river/story.ts'
import { byCommand, storyteller, type Teller } from '../support/river/teller.ts'

/** domain.md 8 through the public doors: ADT on Kafka, case API and FHIR API over HTTP, on PostgreSQL. */
function tellAll(chapters: readonly Chapter[]): void {
  let service: RiverService
  let teller: Teller
  beforeAll(async () => {
    service = await openRiverService('2026-10-10T17:00')
    teller = storyteller(service, byCommand)
  })
  afterAll(() => service?.close())
  let stopped = ''
  for (const { title, tell } of chapters)
    test(title, async context => {
      context.skip(stopped !== '', `the story stopped at: ${stopped}`)
      stopped = title
      await tell(teller)
      stopped = ''
    })
}

describeWith(['kafka', 'postgres'], 'River', () => tellAll(story))
describeWith(['kafka', 'postgres'], 'River, when things go wrong,', () => tellAll(negativePaths))
