import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readPackages } from '../../src/app-packages.ts'
import { igPackage } from '../support/ig-package.ts'
import { profileOf, TEST_PROFILE } from '../support/profiles.ts'

const folder = mkdtempSync(join(tmpdir(), 'casewire-packages-'))
afterAll(() => rmSync(folder, { recursive: true }))

const profile = profileOf('Patient', { 'Patient.name': { min: 1 } }, { version: '1.2.0' })
const manifest = {
  ...{ name: 'test.ig', version: '1.2.0', canonical: 'https://test.example', fhirVersions: ['4.0.1'] },
}

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const read = async (...places: string[]) => {
  const result = await readPackages(places)
  if (!result.ok) throw new Error(result.failure.message)
  return result.value
}

describe('a FHIR package is read', () => {
  it('from a .tgz, with the guide that it is', async () => {
    const packages = await read(file('a.tgz', igPackage(manifest, [profile])))
    expect(packages.guides).toEqual(['https://test.example/ImplementationGuide/test.ig|1.2.0'])
    expect(packages.profilesOf('Patient')).toEqual([TEST_PROFILE])
    expect(packages.profilesOf('Encounter')).toEqual([])
    expect(packages.definitions.profile(`${TEST_PROFILE}|1.2.0`)?.type).toBe('Patient')
  })

  it('from a folder that one was unpacked into, or a plain folder of resources', async () => {
    const guide = { resourceType: 'ImplementationGuide', url: 'https://test.example/ig', version: '2' }
    mkdirSync(join(folder, 'unpacked/package'), { recursive: true })
    file('unpacked/package/package.json', JSON.stringify(manifest))
    file('unpacked/package/ImplementationGuide-x.json', JSON.stringify(guide))
    file('unpacked/package/StructureDefinition-x.json', JSON.stringify(profile))
    expect((await read(join(folder, 'unpacked'))).guides).toEqual(['https://test.example/ig|2'])
    mkdirSync(join(folder, 'plain'))
    file('plain/mine.json', JSON.stringify(profile))
    file('plain/SearchParameter-x.json', 'not read')
    const plain = await read(join(folder, 'plain'))
    expect([plain.guides, plain.profilesOf('Patient')]).toEqual([[], [TEST_PROFILE]])
  })

  it('together with others, whose value sets it may use', async () => {
    const valueSet = {
      ...{ resourceType: 'ValueSet', url: 'urn:test:vs', status: 'active' },
      compose: { include: [{ system: 'urn:s', concept: [{ code: 'x' }] }] },
    }
    const one = file('one.tgz', igPackage(manifest, [profile]))
    const other = file('other.tgz', igPackage({ ...manifest, name: 'other' }, [valueSet]))
    const packages = await read(one, other)
    expect(packages.guides).toHaveLength(2)
    expect(packages.terminology('ValueSet', 'urn:test:vs')).toEqual(valueSet)
    expect(packages.definitions.valueSet('urn:test:vs')).toEqual(valueSet)
  })
})

describe('a FHIR package is refused by name', () => {
  it.each<[string, () => string, string]>([
    ['that is not there', () => join(folder, 'nowhere.tgz'), 'it is not there'],
    ['that is something else', () => file('x.tgz', 'no archive'), 'neither a folder nor a .tgz'],
    [
      'of another release of FHIR',
      () => file('r5.tgz', igPackage({ ...manifest, fhirVersions: ['5.0.0'] }, [profile])),
      'for FHIR 5.0.0',
    ],
    ['with nothing in it', () => file('empty.tgz', igPackage(manifest, [])), 'no StructureDefinition'],
  ])('%s', async (_what, place, why) => {
    const path = place()
    const result = await readPackages([path])
    expect(result).toMatchObject({ ok: false, failure: { code: 'package-unreadable' } })
    expect(result.ok ? '' : result.failure.message).toContain(path)
    expect(result.ok ? '' : result.failure.message).toContain(why)
  })

  it('with a file that is not JSON', async () => {
    mkdirSync(join(folder, 'torn'))
    file('torn/a.json', '{')
    const result = await readPackages([join(folder, 'torn')])
    expect(result.ok ? '' : result.failure.message).toContain('a.json in it is not JSON')
  })

  it('with a StructureDefinition that would be stumbled over when a resource first claims it', async () => {
    mkdirSync(join(folder, 'odd'))
    file('odd/good.json', JSON.stringify(profile))
    file('odd/bad.json', JSON.stringify({ ...profile, differential: { element: [{ path: 7 }] } }))
    const result = await readPackages([join(folder, 'odd')])
    expect(result).toMatchObject({ ok: false, failure: { code: 'package-unreadable' } })
    expect(result.ok ? '' : result.failure.message).toContain(
      'in bad.json differential.element[0].path must be a text; correct that file or take it out',
    )
  })
})
