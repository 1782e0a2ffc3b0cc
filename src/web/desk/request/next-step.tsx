/** Moving a request: what comes next, the words it needs, and exactly what the person will be told. */
import { IconMessageOff, IconRobot } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Label, Radio, RadioGroup, Text, TextArea, TextField } from 'react-aria-components'
import type { Advance, AdvancePreview, RequestDetail } from '../../../http/contract.ts'
import { call, codeOf, newKey } from '../lib/api.ts'
import { refresh } from '../lib/queries.ts'
import { useMay } from '../lib/session.ts'
import { refusalWords, useWords } from '../lib/words.ts'
import { Spoken } from '../parts/bidi.tsx'
import { Button } from '../parts/button.tsx'
import { tell } from '../parts/toasts.tsx'

/** @returns the value once it has rested, so that a preview follows words and not letters */
const useRested = (value: string, ms: number): string => {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return rested
}

const Preview = ({ request, to, note, ready }: { request: RequestDetail; to: string; note: string | null; ready: boolean }) => {
  const { t } = useWords()
  const preview = useQuery({
    queryKey: ['preview', request.id, request.version, to, note],
    queryFn: ({ signal }) =>
      call<AdvancePreview>(`/requests/${request.id}/preview`, {
        method: 'POST',
        body: { to, note, version: request.version } satisfies Advance,
        signal,
      }),
    enabled: ready,
    placeholderData: (before) => before,
  })
  return (
    <section aria-label={t('next.preview')} aria-live="polite" className="rounded-md border border-dashed border-control p-3">
      <h3 className="mb-2 text-small text-text-2">{t('next.preview')}</h3>
      {!ready ? (
        <p className="text-fine text-text-3">{t('next.preview-note')}</p>
      ) : preview.isError ? (
        <p className="text-fine text-danger">{refusalWords(t, codeOf(preview.error))}</p>
      ) : preview.data === undefined ? (
        <span className="skeleton block h-16" />
      ) : preview.data.text === null ? (
        <p className="text-fine text-text-2">{t('next.silent')}</p>
      ) : (
        <div className="rounded-lg rounded-se-sm bg-bot-soft px-3.5 py-2">
          <Spoken className="text-fine">{preview.data.text}</Spoken>
          <p className="mt-1 flex items-center gap-1 text-tiny text-bot">
            <IconRobot size={14} stroke={1.75} aria-hidden="true" />
            {t('conversation.bot')}
          </p>
        </div>
      )}
    </section>
  )
}

export const NextStep = ({ request }: { request: RequestDetail }) => {
  const { t } = useWords()
  const may = useMay()
  // Nothing is chosen beforehand, a single way neither: a second click on «send» must not move it on again.
  const [to, setTo] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const rested = useRested(note, 400)
  const chosen = request.next.find((next) => next.stage === to)

  const move = useMutation({
    mutationFn: ({ body, key }: { body: Advance; key: string }) => call(`/requests/${request.id}/advance`, { method: 'POST', body, key }),
    onSuccess: (_nothing, { body }) => tell('ok', t('next.done', { stage: t(`stage.${body.to}`) })),
    onError: (error) => tell('warn', refusalWords(t, codeOf(error))),
    onSettled: () => refresh({ kind: 'request', id: request.id }),
  })

  if (request.stage === 'draft') return <p className="text-fine text-text-2">{t('next.draft')}</p>
  if (request.next.length === 0) return <p className="text-fine text-text-2">{t('next.none')}</p>
  if (!may('request.advance')) return <p className="text-fine text-text-2">{t('next.read-only')}</p>

  const words = chosen === undefined || chosen.note === 'none' || rested.trim() === '' ? null : rested
  const lacksNote = chosen?.note === 'required' && note.trim() === ''
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (chosen === undefined || lacksNote || move.isPending) return
        const now = chosen.note === 'none' || note.trim() === '' ? null : note
        move.mutate({ body: { to: chosen.stage, note: now, version: request.version }, key: newKey() })
      }}
    >
      <RadioGroup value={to} onChange={setTo} className="grid gap-2" aria-label={t('next.choose')}>
        {request.next.map((next) => (
          <Radio
            key={next.stage}
            value={next.stage}
            className="group flex min-h-11 cursor-pointer items-center gap-3 rounded-md border border-control px-3 py-2 text-fine data-hovered:bg-raised data-selected:border-primary data-selected:bg-selected"
          >
            <span
              aria-hidden="true"
              className="grid size-5 shrink-0 place-items-center rounded-full border-2 border-control group-data-selected:border-primary"
            >
              <span className="size-2.5 rounded-full group-data-selected:bg-primary" />
            </span>
            <span className="grow">{t(`move.${next.stage}`)}</span>
            {!next.told && <IconMessageOff size={16} stroke={1.75} className="text-text-3" role="img" aria-label={t('next.silent')} />}
          </Radio>
        ))}
      </RadioGroup>
      {chosen !== undefined && chosen.note !== 'none' && (
        <TextField value={note} onChange={setNote} isRequired={chosen.note === 'required'} maxLength={2000} className="grid gap-1">
          <Label className="text-fine font-semibold">
            {t(`note.${chosen.stage}`, { defaultValue: t('note.default') })}
            {chosen.note === 'optional' && <span className="font-normal text-text-2"> ({t('note.optional')})</span>}
          </Label>
          <TextArea
            dir="auto"
            rows={3}
            className="field-sizing-content max-h-60 min-h-22 w-full rounded-sm border border-control bg-surface px-3 py-2 text-body outline-none data-focused:border-primary data-focused:shadow-[0_0_0_1px_var(--primary)]"
          />
          {lacksNote && (
            <Text slot="description" className="text-small text-text-2">
              {t('note.required')}
            </Text>
          )}
        </TextField>
      )}
      {chosen?.told && (
        <Preview request={request} to={chosen.stage} note={words} ready={chosen.note !== 'required' || rested.trim() !== ''} />
      )}
      {chosen !== undefined && !chosen.told && <p className="text-fine text-text-2">{t('next.silent')}</p>}
      {chosen !== undefined && (
        <Button type="submit" look="primary" className="w-full" isDisabled={lacksNote} busy={move.isPending}>
          {t(move.isPending ? 'next.sending' : chosen.told ? 'next.send' : 'next.move')}
        </Button>
      )}
    </form>
  )
}
