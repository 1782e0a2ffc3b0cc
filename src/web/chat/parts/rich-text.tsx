import { piecesOf } from '../text.ts'

/** A person's or the bot's words: text nodes only, each line in its own direction. */
export const RichText = ({ text }: { text: string }) =>
  piecesOf(text).map((line, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text never move
    <span key={row} dir="auto" className="line">
      {line.map((piece, n) => {
        const key = `${row}.${n}`
        if (piece.kind === 'text') return <span key={key}>{piece.text}</span>
        if (piece.kind === 'isolate')
          return (
            <bdi key={key} dir={piece.dir} className={piece.dir === 'ltr' ? 'whitespace-nowrap' : ''}>
              {piece.text}
            </bdi>
          )
        return (
          <a
            key={key}
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
            dir="ltr"
            className="underline decoration-1 underline-offset-4 [unicode-bidi:isolate]"
          >
            {piece.text}
          </a>
        )
      })}
    </span>
  ))
