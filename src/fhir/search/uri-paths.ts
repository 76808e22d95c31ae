const LEVELS_MAX = 30

/** A url and everything above it as a path: `http://a/b/c` -> itself, `http://a/b`, `http://a`, the folders with a slash too. */
export function pathsAbove(url: string): readonly string[] {
  const [, root = '', path = ''] = /^([^:]+:\/\/[^/]+)(.*)$/s.exec(url) ?? []
  const steps = path
    .split('/')
    .filter(step => step !== '')
    .slice(0, LEVELS_MAX)
  const folders = [root, ...steps.map((_, at) => `${root}/${steps.slice(0, at + 1).join('/')}`)]
  return [...new Set([url, ...folders.toReversed().flatMap(folder => [folder, `${folder}/`])])]
}
