import fc from 'fast-check'

/**
 * The default run tries the same cases every time, so that a build is red for what changed and not by chance; the long
 * settings (CASEWIRE_LONG=1) try others each time, and say by which seed: CASEWIRE_SEED repeats them.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const given = process.env['CASEWIRE_SEED']
const seed = Number(given ?? (isLong ? Date.now() % 2 ** 31 : 2026))

if (isLong && given === undefined) process.stderr.write(`random cases: CASEWIRE_SEED=${seed}\n`)
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
