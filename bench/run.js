// What measures itself is built as the program is. The others measure processes of their own, and run as they stand.
import { buildFresh } from '../src/main/build-server.js'

const measuresItself = ['turns']
const wanted = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'turns'
if (measuresItself.includes(wanted)) {
  const built = buildFresh('bench')
  if (built === null) throw new Error('the benchmark cannot be built here')
  await import(built)
} else {
  const { register } = await import('tsx/esm/api')
  register()
  await import('./main.ts')
}
