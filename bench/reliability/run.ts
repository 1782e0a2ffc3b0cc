/** The same six mishaps for telegraf as its documentation shows it, and for ours. Prints the table of docs/reliability.md. */
import { type Install, installPeer, installSila } from './install.ts'
import { scenarios } from './scenarios.ts'

/** Chats of one scenario; each has its own. */
const room = 10

export const benchReliability = async ({ quick }: { quick: boolean }): Promise<void> => {
  const rounds = quick ? 1 : 3
  const cells = new Map<string, string>()
  const names: string[] = []
  for (const install of [installPeer, installSila]) {
    const name = await observe(await install(), rounds, cells)
    names.push(name)
  }
  const ordered = scenarios.toSorted((a, b) => a.id.localeCompare(b.id))
  console.log(`|    | what happens | ${names.join(' | ')} |`)
  console.log(`| -- | -- |${names.map(() => ' -- |').join('')}`)
  for (const { id, about } of ordered) console.log(`| ${id} | ${about} | ${names.map((name) => cells.get(`${name} ${id}`)).join(' | ')} |`)
}

/** @returns the name of what was observed */
const observe = async (install: Install, rounds: number, cells: Map<string, string>): Promise<string> => {
  try {
    let chat = 5001
    for (const scenario of scenarios) {
      const seen = new Map<string, number>()
      for (let round = 0; round < rounds; round += 1) {
        const cell = await scenario.run(install, chat)
        seen.set(cell, (seen.get(cell) ?? 0) + 1)
        chat += room
      }
      const told = [...seen].map(([cell, times]) => (seen.size === 1 ? cell : `${cell} (${times} of ${rounds})`))
      cells.set(`${install.name} ${scenario.id}`, told.join('; '))
    }
    return install.name
  } finally {
    await install.close()
  }
}
