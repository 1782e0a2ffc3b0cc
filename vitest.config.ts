import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Take minutes: begun last they would run alone at the end. Vitest knows durations only from a run before. */
const long = ['test/faults/faults', 'test/browser/desk/desk', 'test/integration/telegram/polling']
const placeOf = ({ moduleId }: TestSpecification): number => {
  const found = long.findIndex((name) => moduleId.includes(name))
  return found < 0 ? long.length : found
}

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongFirst },
    // One PostgreSQL for the whole run; files clone its template (test/support/cluster.ts).
    globalSetup: ['test/support/global-setup.ts'],
  },
})
