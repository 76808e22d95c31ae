import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Module, SourceTextModule } from 'node:vm'

/** Modules of one load: instances by path. What a change does not reach is taken over from the load before. */
export type Loaded = Map<string, Module>

/** A package under another guise, for the modules of this graph. */
export type Substitutes = ReadonlyMap<string, Readonly<Record<string, unknown>>>

interface CachedSource {
  readonly createCachedData: () => Buffer
}

interface Source {
  readonly code: string
  cached?: Buffer
}

/**
 * Loads the project's modules by hand, so that a part of them can be loaded anew in milliseconds: a static mutant only
 * shows in modules that were evaluated while it was active. Needs `--experimental-vm-modules`.
 */
export async function moduleGraph(substitutes: Substitutes) {
  // Only there with the flag, which Stryker's own process, where plugins are loaded too, does not have.
  const vm = await import('node:vm')
  const sources = new Map<string, Source>()
  const importers = new Map<string, Set<string>>()
  const packages = new Map<string, Readonly<Record<string, unknown>>>(substitutes)

  const sourceOf = (path: string): Source => {
    const known = sources.get(path)
    if (known) return known
    const source: Source = { code: stripTypeScriptTypes(readFileSync(path, 'utf8')) }
    sources.set(path, source)
    return source
  }

  const synthetic = (name: string, values: Readonly<Record<string, unknown>>): Module => {
    const keys = Object.keys(values)
    const module = new vm.SyntheticModule(
      keys,
      () => keys.forEach(key => module.setExport(key, values[key])),
      {
        identifier: name,
      },
    )
    return module
  }

  async function packageOf(name: string, loaded: Loaded): Promise<Module> {
    const there = loaded.get(name)
    if (there) return there
    const values = packages.get(name) ?? ((await import(name)) as Readonly<Record<string, unknown>>)
    packages.set(name, values)
    const module = loaded.get(name) ?? synthetic(name, values)
    loaded.set(name, module)
    return module
  }

  function moduleAt(path: string, loaded: Loaded): Module {
    const there = loaded.get(path)
    if (there) return there
    const module = path.endsWith('.json')
      ? synthetic(path, { default: JSON.parse(readFileSync(path, 'utf8')) })
      : compiled(vm.SourceTextModule, path, sourceOf(path))
    loaded.set(path, module)
    return module
  }

  const link =
    (loaded: Loaded) =>
    (specifier: string, { identifier }: Module): Module | Promise<Module> => {
      if (!specifier.startsWith('.')) return packageOf(specifier, loaded)
      const path = resolve(dirname(identifier), specifier)
      const known = importers.get(path) ?? new Set()
      importers.set(path, known.add(identifier))
      return moduleAt(path, loaded)
    }

  return {
    /** Evaluates one file and what it imports, as far as that is not loaded yet. */
    async load(path: string, loaded: Loaded): Promise<void> {
      const module = moduleAt(path, loaded)
      if (module.status === 'unlinked') await module.link(link(loaded))
      await module.evaluate()
    },

    /** The paths of everything that imports one file, however far away, and of the file itself. */
    dependentsOf(path: string): ReadonlySet<string> {
      const found = new Set([path])
      for (const one of found) for (const importer of importers.get(one) ?? []) found.add(importer)
      return found
    },
  }
}

function compiled(Source: typeof SourceTextModule, path: string, source: Source): SourceTextModule {
  // `createCachedData` is missing from the types.
  const module = new Source(source.code, {
    identifier: path,
    ...(source.cached && { cachedData: source.cached }),
    initializeImportMeta: meta => {
      Object.assign(meta, { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) })
    },
  })
  source.cached ??= (module as unknown as CachedSource).createCachedData()
  return module
}
