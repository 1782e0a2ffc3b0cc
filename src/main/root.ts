/** Folders of the program itself, wherever it is started from. */
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const migrationsDir = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url))
export const pagesDir = fileURLToPath(new URL('../../dist/web/', import.meta.url))
