/** Every fault scenario there is. */
import type { Scenario } from './scenario.ts'
import { channelScenarios } from './scenarios/channel.ts'
import { databaseScenarios } from './scenarios/database.ts'
import { killsAtPoints, killsAtRandom, lostAnswers } from './scenarios/kills.ts'

export const scenarios: readonly Scenario[] = [
  killsAtPoints('polling'),
  killsAtPoints('webhook'),
  killsAtRandom,
  lostAnswers,
  ...databaseScenarios,
  ...channelScenarios,
]
