import { accessSync, constants } from 'node:fs'
import type { Wrong } from './wrong.ts'

const pemFiles = [
  'KAFKA_TLS_CA',
  'KAFKA_TLS_CERT',
  'KAFKA_TLS_KEY',
  'MLLP_TLS_CERT',
  'MLLP_TLS_KEY',
  'MLLP_TLS_CLIENT_CA',
] as const

/** The files and folders that variables name and that can't be read: one wrong path is no reason to hide another. */
export function wrongFiles(given: Readonly<Record<string, string>>): readonly Wrong[] {
  const pems = pemFiles.flatMap(name => {
    const path = given[name]
    if (path === undefined || (name === 'KAFKA_TLS_CA' && path === 'system')) return []
    return unreadable(name, path, 'a PEM file that can be read')
  })
  const packages = (given['IG_PACKAGES'] ?? '').split(',').flatMap(place => place.trim() || [])
  const allowed = '.tgz files or folders that can be read'
  return [...pems, ...packages.flatMap(place => unreadable('IG_PACKAGES', place, allowed))]
}

function unreadable(name: string, path: string, allowed: string): readonly Wrong[] {
  try {
    accessSync(path, constants.R_OK)
    return []
  } catch {
    return [{ name, given: JSON.stringify(path), allowed }]
  }
}
