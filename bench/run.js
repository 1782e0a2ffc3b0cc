// Measures what is served: the benchmark is built as the program is.
import { buildFresh } from '../src/main/build-server.js'

const built = buildFresh('bench')
if (built === null) throw new Error('the benchmark cannot be built here')
await import(built)
