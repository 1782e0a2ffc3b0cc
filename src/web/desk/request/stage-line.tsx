import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react'
import type { RequestDetail } from '../../../http/contract.ts'
import { useWords } from '../lib/words.ts'

/** A stage beside the way of most requests stands in the place of the one it holds up. */
const beside: Record<string, string> = { incomplete: 'complete', 'not-accepted': 'approved' }

export const StageLine = ({ request }: { request: RequestDetail }) => {
  const { t } = useWords()
  if (request.stage === 'draft' || request.stage === 'discarded') return null
  const passed = new Set(['submitted', ...request.events.map((event) => event.to)])
  const refused = passed.has('not-accepted')
  // Stages that this request never came to, before the one where it is, were left out.
  const { way } = request
  const here = way.findIndex((stage) => stage === (beside[request.stage] ?? request.stage))
  const shown = way.flatMap((stage, index) => {
    const name =
      refused && stage === 'approved' ? 'not-accepted' : stage === 'complete' && request.stage === 'incomplete' ? 'incomplete' : stage
    if (refused && stage === 'delivered') return []
    if (index < here && !passed.has(name)) return []
    return { name, state: index < here || request.stage === 'closed' ? 'done' : index === here ? 'here' : 'ahead' } as const
  })
  return (
    <nav aria-label={t('request.path')} className="overflow-x-auto rounded-lg border border-hairline bg-surface px-4 py-3 max-sm:hidden">
      <ol className="flex min-w-max">
        {shown.map(({ name, state }, index) => {
          const trouble = name === 'incomplete' || name === 'not-accepted'
          return (
            <li key={name} aria-current={state === 'here' ? 'step' : undefined} className="flex grow items-center last:grow-0">
              <span className={`flex items-center gap-2 text-small ${state === 'here' ? 'font-semibold' : 'text-text-2'}`}>
                <span
                  className={`grid size-6 shrink-0 place-items-center rounded-full text-tiny ${
                    state === 'ahead'
                      ? 'border border-control text-text-3'
                      : trouble
                        ? 'bg-warn-soft text-warn'
                        : state === 'here'
                          ? 'bg-primary text-on-primary'
                          : 'bg-staff-soft text-staff'
                  }`}
                >
                  {name === 'incomplete' ? (
                    <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
                  ) : name === 'not-accepted' ? (
                    <IconX size={14} stroke={2} aria-hidden="true" />
                  ) : state === 'done' ? (
                    <IconCheck size={14} stroke={2} aria-hidden="true" />
                  ) : (
                    index + 1
                  )}
                </span>
                {t(`stage.${name}`)}
              </span>
              {index < shown.length - 1 && <span aria-hidden="true" className="mx-3 h-px min-w-4 grow bg-hairline" />}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
