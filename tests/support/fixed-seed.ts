import fc from 'fast-check'

/**
 * The default run tries the same cases every time, so that a build is red for what changed and not by chance; the long
 * settings (CASEWIRE_LONG=1) try others each time.
 */
if (process.env['CASEWIRE_LONG'] !== '1') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 2026 })
