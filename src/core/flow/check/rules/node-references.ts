import { serviceSpecs } from '../../../engine/services.ts'
import { edgesOf, optionsOf } from '../graph.ts'
import type { Finding, Rule } from '../rule.ts'

/** Where an association names nobody for complaints, its first role hears them (`core/engine/hand-over.ts`). */
const anyRole = 'complaints'

export const nodeReferences: Rule = {
  id: 'node-references',
  about: 'Every way on leads to a node, a flow, an option or an outcome that exists, and a question has a way on for each answer.',
  check: ({ release }) => {
    const found: Finding[] = []
    for (const flow of release.flows.values()) {
      const tell = (part: string, message: string) =>
        found.push({ ...release.placeOf('flow', flow.flow, part), message: `${flow.flow}: ${message}` })
      if (!flow.nodes[flow.start]) tell('start', `starts at «${flow.start}», which is no node`)
      for (const [id, node] of Object.entries(flow.nodes)) {
        for (const { at, to } of edgesOf(node)) if (!flow.nodes[to]) tell(`${id}/${at}`, `${id} leads to «${to}», which is no node`)
        if (node.kind === 'open' && !release.flows.has(node.flow)) tell(id, `${id} opens «${node.flow}», which is no flow`)
        if (node.kind === 'hand-over' && node.role !== anyRole && !release.association.roles.some((role) => role.id === node.role)) {
          tell(id, `${id} hands over to «${node.role}», which is no role of ${release.association.slug}`)
        }
        if (node.kind === 'ask') {
          const options = optionsOf(node)
          for (const option of Object.keys(node.on)) {
            if (!options.includes(option) && !['yes', 'no'].includes(option))
              tell(`${id}/on/${option}`, `${id} routes «${option}», which is no option`)
          }
          const loose =
            node.expect.kind === 'choice'
              ? options.filter((option) => !node.on[option])
              : node.expect.kind === 'declaration'
                ? []
                : ['an answer']
          if (!node.next && loose.length > 0) tell(id, `${id} has no way on for ${loose.join(', ')}`)
          if (node.expect.kind === 'declaration' && !node.next && !options.every((option) => node.on[option])) {
            tell(id, `${id} has no way on for ${options.filter((option) => !node.on[option]).join(', ')}`)
          }
        }
        if (node.kind === 'call') {
          const known: readonly string[] = serviceSpecs[node.service].outcomes
          for (const outcome of known) if (!node.on[outcome]) tell(id, `${id} has no way on when ${node.service} answers «${outcome}»`)
          for (const outcome of Object.keys(node.on))
            if (!known.includes(outcome)) tell(`${id}/on/${outcome}`, `${node.service} never answers «${outcome}»`)
        }
      }
    }
    return found
  },
}
