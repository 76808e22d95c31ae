import type { ModelLookup, ModelProfile } from './model-profile.ts'
import brokerage from './brokerage.json' with { type: 'json' }
import clinical from './clinical.json' with { type: 'json' }
import intensive from './intensive.json' with { type: 'json' }
import strengths from './strengths.json' with { type: 'json' }
import targeted from './targeted.json' with { type: 'json' }

/** The five models of the articles, each at its first version (domain.md 4.6). */
export const shippedModels = [strengths, clinical, brokerage, intensive, targeted] as readonly ModelProfile[]

/** A registry over some profiles: without a version, the newest published one of that id. */
export const modelLookup =
  (profiles: readonly ModelProfile[]): ModelLookup =>
  (id, version) =>
    version === undefined
      ? profiles
          .filter(profile => profile.id === id && profile.state === 'published')
          .toSorted(byVersion)
          .at(-1)
      : profiles.find(profile => profile.id === id && profile.version === version)

const byVersion = (a: ModelProfile, b: ModelProfile): number =>
  a.version.localeCompare(b.version, 'en', { numeric: true })
