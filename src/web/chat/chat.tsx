/** The whole page. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Conversation } from './conversation.ts'
import { Composer } from './parts/composer.tsx'
import { Drop } from './parts/drop.tsx'
import { Header } from './parts/header.tsx'
import { Log } from './parts/log.tsx'
import { NotFound } from './parts/not-found.tsx'
import { Notice } from './parts/notice.tsx'
import { SettingsContext } from './settings.ts'
import { useAttachments } from './use-attachments.ts'
import { useTitle } from './use-title.ts'
import { useVisibleHeight } from './use-visible-height.ts'
import { wordsOf } from './words.ts'

export const Chat = ({ conversation }: { conversation: Conversation }) => {
  const view = useSyncExternalStore(conversation.subscribe, conversation.view)
  const { language, association } = view
  const words = useMemo(() => wordsOf(language), [language])
  const settings = useMemo(() => ({ language, words, slug: conversation.slug }), [language, words, conversation])
  const name = association === null ? '' : language === 'ar' ? association.name : association.nameEn
  const [problem, setProblem] = useState<string | null>(null)
  const attachments = useAttachments(view.fileLimit, settings, setProblem)

  useEffect(() => {
    document.documentElement.lang = language
    document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr'
  }, [language])
  useVisibleHeight()
  useTitle(name, view.messages, language)

  const say = useCallback(
    (text: string) => {
      setProblem(null)
      if (attachments.files.length > 0) conversation.sendFiles(attachments.take(), text)
      else conversation.sendText(text)
    },
    [attachments, conversation],
  )

  if (view.status === 'not-found')
    return (
      <SettingsContext value={settings}>
        <NotFound />
      </SettingsContext>
    )
  return (
    <SettingsContext value={settings}>
      <Drop onFiles={attachments.add}>
        <div className="frame mx-auto flex w-full max-w-[820px] flex-col bg-canvas md:border-x md:border-hairline">
          <Header name={name} owner={view.owner} sample={association?.sample ?? false} />
          <Notice status={view.status} line={view.line} />
          <Log conversation={conversation} view={view} name={name} />
          <Composer slug={conversation.slug} attachments={attachments} problem={problem} onProblem={setProblem} onSend={say} />
        </div>
      </Drop>
    </SettingsContext>
  )
}
