/** Text of two directions, isolated so that neither disturbs the other. */
import type { ReactNode } from 'react'

/** Name of a person, as they wrote it. */
export const Name = ({ children }: { children: string }) => <bdi>{children}</bdi>

/** Reference, phone, id: left to right and never broken across lines. */
export const Identifier = ({ children }: { children: string }) => (
  <bdi dir="ltr" className="whitespace-nowrap">
    {children}
  </bdi>
)

/** «+966 55 123 4567», references, IBAN and links come out backwards inside Arabic unless they are isolated. */
const runs = /(https?:\/\/[^\s<>«»،؛]+|\+?\d[\d -]{5,}\d|\b[A-Z]{2,4}-\d{3,}\b|\bSA\d{2}[\dA-Z ]{8,}\b)/g

const withRuns = (line: string): ReactNode[] =>
  line.split(runs).map((part, index) => {
    // The pattern has one group: odd parts are what it matched.
    if (index % 2 === 0) return part
    const isLink = part.startsWith('http')
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one fixed string
      <bdi key={index} dir="ltr" className={isLink ? 'break-all' : 'whitespace-nowrap'}>
        {part}
      </bdi>
    )
  })

/** Words of a person or of the bot: text nodes only, each line in its own direction. */
export const Spoken = ({ children, className = '' }: { children: string; className?: string }) => (
  <div className={className}>
    {children.split('\n').map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of one fixed string
      <p key={index} dir="auto" className="words min-h-[1lh]">
        {withRuns(line)}
      </p>
    ))}
  </div>
)

/** File name with its extension in an isolate of its own: «كشف_حساب (v2)» and «.pdf» never mix. */
export const FileName = ({ children }: { children: string }) => {
  const dot = children.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [children.slice(0, dot), children.slice(dot)] : [children, '']
  return (
    <span className="inline-flex max-w-full min-w-0" dir="ltr">
      <bdi className="truncate">{stem}</bdi>
      <bdi className="shrink-0 text-text-3">{extension}</bdi>
    </span>
  )
}
