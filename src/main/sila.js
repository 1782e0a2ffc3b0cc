#!/usr/bin/env node
// Entry of the `sila` program: TypeScript is loaded as it stands, then the command line takes over.
import { register } from 'tsx/esm/api'

register()
const { runCommandLine } = await import('./command-line.ts')
await runCommandLine(process.argv.slice(2))
