/** Every fault scenario there is. */
import type { Scenario } from './scenario.ts'
import { burstScenario } from './scenarios/burst.ts'
import { channelScenarios } from './scenarios/channel.ts'
import { clockScenario } from './scenarios/clock.ts'
import { databaseScenarios } from './scenarios/database.ts'
import { deliveryScenarios } from './scenarios/deliveries.ts'
import { killsAtPoints, killsAtRandom } from './scenarios/kills.ts'
import { poisonScenario } from './scenarios/poison.ts'
import { redisScenario } from './scenarios/redis.ts'
import { refusalScenarios } from './scenarios/refusals.ts'
import { rolling } from './scenarios/rolling.ts'
import { takeOverScenario, twoOfficersScenario } from './scenarios/staff.ts'

export const scenarios: readonly Scenario[] = [
  killsAtPoints('polling'),
  killsAtPoints('webhook'),
  killsAtRandom,
  ...deliveryScenarios,
  ...databaseScenarios,
  redisScenario,
  ...channelScenarios,
  ...refusalScenarios,
  clockScenario,
  poisonScenario,
  takeOverScenario,
  twoOfficersScenario,
  rolling('polling'),
  rolling('webhook'),
  burstScenario,
]
