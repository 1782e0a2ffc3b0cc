import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // One PostgreSQL for the whole run; files clone its template (test/support/cluster.ts).
    globalSetup: ['test/support/global-setup.ts'],
  },
})
