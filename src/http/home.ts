/** Pages the server writes itself: what runs here, and one line when something cannot be shown. */
import type { Language } from '../core/engine/state.ts'
import { contentPolicy, hashSource } from './headers.ts'

/** Words come from `locales/`; this file only lays them out. */
export interface HomePage {
  language: Language
  title: string
  lead: string
  links: { href: string; label: string; note: string }[]
}

const baseStyle = `:root{color-scheme:light dark;--bg:#f5f7f6;--card:#fff;--text:#17211d;--soft:#46534d;--line:#d8dfdb;--key:#0b6b5f;--ring:#0a5fd0}
@media (prefers-color-scheme:dark){:root{--bg:#0f1413;--card:#171d1b;--text:#e9efec;--soft:#b9c4bf;--line:#2a3330;--key:#4fbfae;--ring:#8ab8ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-content:center;padding:24px 16px;background:var(--bg);color:var(--text);font:400 16px/1.6 "Sila Arabic","IBM Plex Sans Arabic",system-ui,"Segoe UI",sans-serif}
main{width:min(560px,calc(100vw - 32px))}
h1{font-size:21px;line-height:1.45;margin:0 0 4px;font-weight:600}
p{margin:0 0 20px;color:var(--soft)}
ul{list-style:none;margin:0;padding:0;display:grid;gap:12px}
a{display:block;padding:16px 20px;border:1px solid var(--line);border-radius:14px;background:var(--card);color:inherit;text-decoration:none}
a:hover{border-color:var(--key)}
a:focus-visible{outline:2px solid var(--ring);outline-offset:2px}
b{display:block;color:var(--key);font-weight:600}
span{color:var(--soft);font-size:14px}`

/** Built files these pages borrow from the others, by the beginning of their hashed names. */
const weights = [
  ['sila-arabic-400', 400, 'U+0600-06FF'],
  ['sila-arabic-600', 600, 'U+0600-06FF'],
  ['sila-latin-400', 400, 'U+0020-2026'],
  ['sila-latin-600', 600, 'U+0020-2026'],
] as const

export interface Home {
  /** CSP of these pages: the one inline style they carry, by its hash. */
  policy: string
  page(page: HomePage): string
  /** One line for a browser that asked for a page we do not have. */
  notice(line: string, language: Language): string
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign)

/** @param assets names in the folder of built assets; without them the pages use the device's fonts */
export const createHome = (assets: readonly string[]): Home => {
  const find = (start: string): string | undefined => assets.find((name) => name.startsWith(`${start}-`))
  const fonts = weights.flatMap(([start, weight, range]) => {
    const name = find(start)
    if (name === undefined) return []
    return `@font-face{font-family:"Sila Arabic";src:url("/assets/${name}") format("woff2");font-weight:${weight};unicode-range:${range}}`
  })
  const style = [...fonts, baseStyle].join('\n')
  const icon = find('icon')
  const layOut = (language: Language, title: string, body: string): string => `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><link rel="icon" href="${icon === undefined ? 'data:,' : `/assets/${icon}`}"><style>${style}</style></head>
<body><main>${body}</main></body>
</html>
`
  return {
    policy: contentPolicy([hashSource(style)]),
    page: ({ language, title, lead, links }) =>
      layOut(
        language,
        title,
        `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(lead)}</p><ul>${links
          .map(
            (link) =>
              `<li><a href="${escapeHtml(link.href)}"><b>${escapeHtml(link.label)}</b><span>${escapeHtml(link.note)}</span></a></li>`,
          )
          .join('')}</ul>`,
      ),
    notice: (line, language) => layOut(language, line, `<h1>${escapeHtml(line)}</h1>`),
  }
}
