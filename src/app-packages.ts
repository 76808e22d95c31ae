import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { shippedTerminology } from './commands/operations/terminology-sources.ts'
import type { Config } from './config/environment.ts'
import type { Resource } from './fhir/resource.ts'
import { packagesOf, type IgPackage, type Packages } from './fhir/validation/profiles/packages.ts'
import { whyUnsound } from './fhir/validation/profiles/sound-definition.ts'
import { jsonIn } from './lib/json.ts'
import { fail, ok, type Result } from './lib/result.ts'
import { tarFiles } from './lib/tar.ts'

/** What is read of a package's manifest (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification). */
interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly canonical?: string
  readonly fhirVersions?: readonly string[]
  readonly 'fhir-version-list'?: readonly string[]
}

interface JsonFile {
  readonly name: string
  readonly text: string
}

/**
 * Reads FHIR packages: a .tgz as registries hand them out, a folder that one was unpacked into, or a plain folder of
 * resources. Failure: `package-unreadable`, which names the package and what is wrong with it.
 */
export async function readPackages(places: readonly string[]): Promise<Result<Packages>> {
  const all: IgPackage[] = []
  for (const place of places) {
    const read = await readPackage(place)
    if (!read.ok) return read
    all.push(read.value)
  }
  return ok(packagesOf(all, shippedTerminology))
}

/** Those of IG_PACKAGES, undefined when there are none; one that can't be used stops the start. */
export async function configuredPackages({ igPackages }: Config): Promise<Packages | undefined> {
  if (igPackages.length === 0) return undefined
  const read = await readPackages(igPackages)
  if (!read.ok) throw new Error(`IG_PACKAGES: ${read.failure.message}`)
  return read.value
}

async function readPackage(place: string): Promise<Result<IgPackage>> {
  try {
    const files = (await stat(place)).isDirectory() ? await filesOf(place) : await filesIn(place)
    return packageOf(place, files)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return unreadable(place, code === 'ENOENT' ? 'it is not there' : 'it is neither a folder nor a .tgz')
  }
}

const unreadable = (place: string, why: string): Result<never> =>
  fail({
    kind: 'invalid',
    code: 'package-unreadable',
    message: `The FHIR package ${place} can't be used: ${why}.`,
  })

/** The folder `package` of an unpacked package, else the folder itself. */
async function filesOf(folder: string): Promise<readonly JsonFile[]> {
  const inner = join(folder, 'package')
  const isPackage = await stat(inner).then(
    found => found.isDirectory(),
    () => false,
  )
  const from = isPackage ? inner : folder
  const names = (await readdir(from)).filter(isWanted).toSorted()
  return Promise.all(names.map(async name => ({ name, text: await readFile(join(from, name), 'utf8') })))
}

async function filesIn(archive: string): Promise<readonly JsonFile[]> {
  const bytes = await promisify(gunzip)(await readFile(archive))
  return tarFiles(bytes)
    .filter(({ name }) => /^(?:\.\/)?package\/[^/]+$/.test(name) && isWanted(basename(name)))
    .map(({ name, bytes: content }) => ({
      name: basename(name),
      text: Buffer.from(content).toString('utf8'),
    }))
}

const TYPES: ReadonlySet<string> = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'ImplementationGuide',
])

/** Packages name files after type and id; what is plainly of another type isn't read, as some hold thousands. */
function isWanted(name: string): boolean {
  if (!name.endsWith('.json') || name.startsWith('.')) return false
  const type = /^([A-Z][A-Za-z]+)-/.exec(name)?.[1]
  return type === undefined || TYPES.has(type)
}

function packageOf(place: string, files: readonly JsonFile[]): Result<IgPackage> {
  const values: unknown[] = []
  for (const { name, text } of files) {
    const value = jsonIn(text)
    if (value === undefined) return unreadable(place, `${name} in it is not JSON`)
    const why = isOwn(value) && value.resourceType === 'StructureDefinition' ? whyUnsound(value) : undefined
    if (why !== undefined) return unreadable(place, `in ${name} ${why}; correct that file or take it out`)
    values.push(value)
  }
  const resources = values.filter(isOwn)
  const manifest = values[files.findIndex(({ name }) => name === 'package.json')] as Manifest | undefined
  const versions = manifest?.fhirVersions ?? manifest?.['fhir-version-list'] ?? []
  if (versions.length > 0 && !versions.some(version => /^4\.0(?:\.|$)/.test(version))) {
    return unreadable(place, `it is for FHIR ${versions.join(', ')}, and this is R4 (4.0.1)`)
  }
  if (resources.length === 0)
    return unreadable(place, 'there is no StructureDefinition, ValueSet or CodeSystem in it')
  const guide = guideOf(manifest, resources)
  return ok({ resources, ...(guide !== undefined && { guide }) })
}

const isOwn = (value: unknown): value is Resource => {
  const type =
    typeof value === 'object' && value !== null && 'resourceType' in value ? value.resourceType : ''
  return TYPES.has(String(type))
}

function guideOf(manifest: Manifest | undefined, resources: readonly Resource[]): string | undefined {
  const own = resources.find(({ resourceType }) => resourceType === 'ImplementationGuide')
  if (typeof own?.['url'] === 'string') return versioned(own['url'], own['version'])
  const { canonical, name, version } = manifest ?? {}
  if (canonical === undefined || name === undefined) return undefined
  return versioned(`${canonical}/ImplementationGuide/${name}`, version)
}

const versioned = (url: string, version: unknown): string =>
  typeof version === 'string' ? `${url}|${version}` : url
