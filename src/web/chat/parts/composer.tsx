import { IconPaperclip, IconSend2, IconX } from '@tabler/icons-react'
import { type ClipboardEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { keeper } from '../keep.ts'
import { useSettings } from '../settings.ts'
import { type Attachments, accepted } from '../use-attachments.ts'
import { Tray } from './tray.tsx'

/** UTF-16 units that arrive as one message. */
const longest = 65_536

/** On a phone Enter makes a line: there is a button, and people write lists. */
const hasKeyboard = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches

/** Height from which the field scrolls, px: `max-h-40`. */
const tallest = 160

/** Where the person writes. Grows with the text; the draft outlives a reload. */
export const Composer = (props: {
  slug: string
  attachments: Attachments
  problem: string | null
  onProblem: (text: string | null) => void
  onSend: (text: string) => void
}) => {
  const { attachments, problem, onProblem, onSend } = props
  const { words } = useSettings()
  const [draft] = useState(() => keeper<string>(props.slug, 'draft', ''))
  const [text, setText] = useState(() => draft.read())
  const box = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const ready = text.trim() !== '' || attachments.files.length > 0

  useEffect(() => draft.write(text), [draft, text])
  useEffect(() => {
    // A keyboard that opens unasked hides half of a phone's page.
    if (hasKeyboard()) box.current?.focus()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current
    if (area === null) return
    area.style.height = 'auto'
    const wanted = area.scrollHeight + area.offsetHeight - area.clientHeight // with its border
    area.style.height = `${Math.min(wanted, tallest)}px`
    area.style.overflowY = wanted > tallest ? 'auto' : 'hidden'
  }, [text])

  const send = () => {
    if (!ready) return
    if (text.length > longest) {
      onProblem(words('too-long'))
      return
    }
    onSend(text.trim())
    setText('')
    box.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that chooses a suggestion of an input method is not ours (229: WebKit says so only here).
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229 || !hasKeyboard()) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files]
    if (files.length === 0) return
    event.preventDefault()
    attachments.add(files)
  }

  return (
    <footer className="shrink-0 border-t border-hairline bg-surface pb-[env(safe-area-inset-bottom)]">
      <div role="status">
        {problem !== null && (
          <p className="pad-inline flex items-center gap-2 bg-warn-soft py-1.5 text-note text-warn">
            <bdi className="flex-1">{problem}</bdi>
            <button type="button" className="grid size-9 shrink-0 place-items-center rounded-full" onClick={() => onProblem(null)}>
              <IconX size={18} stroke={1.75} aria-hidden />
              <span className="sr-only">{words('dismiss')}</span>
            </button>
          </p>
        )}
      </div>
      <Tray attachments={attachments} />
      <form
        className="pad-inline flex items-end gap-1.5 py-2"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <input
          ref={picker}
          type="file"
          multiple
          accept={accepted}
          hidden
          onChange={(event) => {
            attachments.add([...(event.target.files ?? [])])
            event.target.value = ''
            box.current?.focus()
          }}
        />
        <button
          type="button"
          className="grid size-11 shrink-0 place-items-center rounded-full text-text-2 transition-colors hover:bg-selected hover:text-text"
          onClick={() => picker.current?.click()}
        >
          <IconPaperclip size={22} stroke={1.75} aria-hidden />
          <span className="sr-only">{words('attach')}</span>
        </button>
        {/* 16 px: a smaller field makes iOS zoom the page. */}
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          value={text}
          placeholder={words('composer')}
          aria-label={words('composer')}
          enterKeyHint={hasKeyboard() ? 'send' : 'enter'}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          className="max-h-40 min-h-11 flex-1 resize-none rounded-xl border border-control bg-canvas px-3.5 py-2 focus-visible:outline-offset-[-2px] focus-visible:outline-primary text-[16px] leading-[26px] text-text placeholder:text-text-3"
        />
        <button
          type="submit"
          disabled={!ready}
          className="grid size-11 shrink-0 place-items-center rounded-full bg-primary text-on-primary transition-colors hover:bg-primary-strong disabled:bg-hairline disabled:text-text-3"
        >
          <IconSend2 size={22} stroke={1.75} aria-hidden className="rtl:-scale-x-100" />
          <span className="sr-only">{words('send')}</span>
        </button>
      </form>
    </footer>
  )
}
