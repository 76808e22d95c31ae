import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { guideRows, tableNames, typeRows } from '../../scripts/adt-guide.ts'
import { mappingPage, mappingText } from '../../scripts/generate-adt-mapping.ts'
import { codeFile, codeMaps, codeTable } from '../../scripts/generate-code-tables.ts'
import { differences, isListed, segmentMaps } from '../../src/mappers/adt/maps/differences.ts'
import { typeMaps, unusedTables, unusedTypes } from '../../src/mappers/adt/maps/type-maps.ts'
import { dataFolder, hasData } from '../support/adt/corpus.ts'

const folder = join(dataFolder, 'v2-to-fhir')
const isThere = hasData('v2-to-fhir')
if (!isThere)
  process.stderr.write(`SKIPPED: the v2-to-FHIR guide's maps are not in ${folder} (set CASEWIRE_DATA)\n`)

describe.skipIf(!isThere)('the mapping and the HL7 v2-to-FHIR guide', () => {
  const guide = isThere ? guideRows(folder) : new Map<string, readonly string[]>()
  const mapped = new Map(segmentMaps.map(({ name, rows }) => [name, rows]))
  const listed = (map: string): readonly string[] =>
    differences.filter(entry => entry.map === map).flatMap(({ rows }) => rows ?? [])
  const isWhole = (map: string): boolean =>
    differences.some(entry => entry.map === map && entry.rows === undefined)

  test('each row of the guide for these segments is mapped, or listed with a reason', () => {
    const missing = [...guide].flatMap(([map, rows]) => {
      if (isWhole(map)) return []
      const ours = new Set((mapped.get(map) ?? []).map(row => `${row.v2} ${row.ig ?? row.to}`))
      const entries = listed(map)
      const isKnown = (row: string): boolean => ours.has(row) || entries.some(entry => isListed(entry, row))
      return rows.filter(row => !isKnown(row)).map(row => `${map}: ${row}`)
    })
    expect(missing).toEqual([])
    expect([...guide.values()].flat().length).toBeGreaterThan(550)
  })

  test('each mapped row is in the guide, or says why it is ours', () => {
    const strangers = segmentMaps.flatMap(({ name, rows }) => {
      const known = new Set(guide.get(name))
      return rows.flatMap(row => {
        const isKnown = known.has(`${row.v2} ${row.ig ?? row.to}`)
        return isKnown === (row.ours === undefined) ? [] : [`${name}: ${row.v2} ${row.to}`]
      })
    })
    expect(strangers).toEqual([])
  })

  test('no listed difference is out of date', () => {
    const stale = differences.flatMap(({ map, rows }) => {
      const known = guide.get(map) ?? []
      if (known.length === 0) return [map]
      const ours = new Set((mapped.get(map) ?? []).map(row => `${row.v2} ${row.ig ?? row.to}`))
      return (rows ?? [])
        .filter(entry => !known.some(row => isListed(entry, row) && !ours.has(row)))
        .map(row => `${map}: ${row}`)
    })
    expect(stale).toEqual([])
  })

  test('each data type map of the guide is followed row by row, or listed with a reason', () => {
    const types = typeRows(folder)
    const followed = new Map(typeMaps.map(one => [one.map, one]))
    const unused = new Set(unusedTypes.flatMap(({ maps }) => maps))
    const component = (row: string): number => Number(/^\w+\.(\d+)/.exec(row)?.[1] ?? 0)
    const missing = [...types].flatMap(([map, rows]) => {
      const one = followed.get(map)
      if (!one) return unused.has(map) ? [] : [map]
      const entries = (one.differences ?? []).flatMap(({ rows: listedRows }) => listedRows)
      const isKnown = (row: string): boolean =>
        entries.some(entry => isListed(entry, row)) || one.components.includes(component(row))
      return rows.filter(row => !isKnown(row)).map(row => `${map}: ${row}`)
    })
    expect(missing).toEqual([])
    const stale = typeMaps.flatMap(({ map, components, differences: own = [] }) => {
      const rows = types.get(map) ?? []
      const entries = own.flatMap(({ rows: listedRows }) => listedRows)
      return [
        ...components.filter(n => !rows.some(row => component(row) === n)).map(n => `${map}.${n}`),
        ...entries.filter(entry => !rows.some(row => isListed(entry, row))).map(entry => `${map}: ${entry}`),
      ]
    })
    expect(stale).toEqual([])
    expect([...unused].filter(map => !types.has(map) || followed.has(map))).toEqual([])
  })

  test('each vocabulary map of the guide is a code table, or listed with a reason', () => {
    const names = tableNames(folder)
    const known = [...Object.values<string>(codeMaps), ...unusedTables.flatMap(({ maps }) => maps)]
    expect(names.filter(name => !known.includes(name))).toEqual([])
    expect(known.filter(name => !names.includes(name))).toEqual([])
    expect(known).toHaveLength(new Set(known).size)
  })

  test("the code tables are what the guide's vocabulary maps give", () => {
    for (const [name, map] of Object.entries(codeMaps)) {
      const path = join(import.meta.dirname, '../..', codeFile(name))
      expect(readFileSync(path, 'utf8'), name).toBe(codeTable(folder, map))
    }
  })
})

test('docs/reference/adt-mapping.md is what the mapping does', () => {
  expect(readFileSync(mappingPage, 'utf8')).toBe(mappingText())
})
