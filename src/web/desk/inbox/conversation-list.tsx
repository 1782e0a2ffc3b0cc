import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import type { ConversationRow } from '../../../http/contract.ts'
import { useWords } from '../lib/words.ts'
import { RowContent } from './row-content.tsx'
import { useSteadyOrder } from './use-steady-order.ts'

/** Arrows walk, Enter opens; the row that is open is the selected one. */
export const ConversationList = ({ rows, label }: { rows: ConversationRow[]; label: string }) => {
  const { t } = useWords()
  const navigate = useNavigate()
  const { conversation } = useParams({ strict: false })
  const [pointed, setPointed] = useState(false)
  const { rows: steady, moved } = useSteadyOrder(rows, pointed)
  const open = (id: string) => void navigate({ to: '/c/$conversation', params: { conversation: id }, search: true })

  return (
    <div onPointerEnter={(event) => setPointed(event.pointerType === 'mouse')} onPointerLeave={() => setPointed(false)}>
      {moved && (
        <p role="status" className="sticky top-0 z-10 bg-info-soft px-4 py-1.5 text-center text-small text-info">
          {t('inbox.arrived')}
        </p>
      )}
      <ListBox
        aria-label={label}
        items={steady}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={conversation === undefined ? [] : [conversation]}
        onSelectionChange={(keys) => {
          if (keys === 'all') return
          for (const id of keys) open(String(id))
        }}
        className="outline-none"
      >
        {(row) => (
          <ListBoxItem
            id={row.id}
            textValue={row.name ?? t('inbox.nobody')}
            className="relative cursor-pointer border-b border-hairline outline-offset-[-2px] before:absolute before:inset-y-0 before:start-0 before:w-[3px] data-hovered:bg-raised data-selected:bg-selected data-selected:before:bg-primary"
          >
            <RowContent row={row} />
          </ListBoxItem>
        )}
      </ListBox>
    </div>
  )
}
