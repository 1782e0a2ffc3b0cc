/** Telegram's HTML, as tdlib reads it. */
import { describe, expect, test } from 'vitest'
import { parseHtml } from '../../support/bot-api/html.ts'

const plain: [string, string][] = [
  ['بلا وسوم', 'بلا وسوم'],
  ['&lt;b&gt; &amp;amp; &quot;', '<b> &amp; "'],
  ['&#1587;&#x644;&#x1F600;', 'سل😀'],
  ['&nbsp; & &copy; &', '&nbsp; & &copy; &'],
  ['  \n سلام \n ', 'سلام'],
  ['a > b', 'a > b'],
]
test.each(plain)('%s', (source, text) => {
  expect(parseHtml(source)).toEqual({ text, entities: [] })
})

const tagged: [string, string, object[]][] = [
  ['<b>سلام</b> عليكم', 'سلام عليكم', [{ type: 'bold', offset: 0, length: 4 }]],
  ['😀<i>س</i>', '😀س', [{ type: 'italic', offset: 2, length: 1 }]],
  [
    '<STRONG>a</STRONG><em >b</em ><ins>c</ins><del>d</del>',
    'abcd',
    ['bold', 'italic', 'underline', 'strikethrough'].map((type, offset) => ({ type, offset, length: 1 })),
  ],
  [
    '<b>a<i>b</i></b>',
    'ab',
    [
      { type: 'bold', offset: 0, length: 2 },
      { type: 'italic', offset: 1, length: 1 },
    ],
  ],
  ['<a href="https://x.sa/?a=1&amp;b=2">هنا</a>', 'هنا', [{ type: 'text_link', url: 'https://x.sa/?a=1&b=2', offset: 0, length: 3 }]],
  ['<pre><code class="language-ts">x</code></pre>', 'x', [{ type: 'pre', language: 'ts', offset: 0, length: 1 }]],
  [
    '<pre>x</pre><code class="language-ts">y</code>',
    'xy',
    [
      { type: 'pre', offset: 0, length: 1 },
      { type: 'code', offset: 1, length: 1 },
    ],
  ],
  ['<span class="tg-spoiler">س</span>', 'س', [{ type: 'spoiler', offset: 0, length: 1 }]],
  ['<blockquote expandable>س</blockquote>', 'س', [{ type: 'expandable_blockquote', offset: 0, length: 1 }]],
  [' <b> س </b>', 'س', [{ type: 'bold', offset: 0, length: 1 }]],
  ['<b></b>س', 'س', []],
  ['<b>س</>', 'س', [{ type: 'bold', offset: 0, length: 1 }]],
]
test.each(tagged)('%s', (source, text, entities) => {
  expect(parseHtml(source)).toEqual({ text, entities })
})

describe('complaints', () => {
  const refused: [string, string][] = [
    ['س <p>x</p>', 'Unsupported start tag "p" at byte offset 3'],
    ['العمر < 18', 'Unsupported start tag "" at byte offset 11'],
    ['<b>س', 'Can\'t find end tag corresponding to start tag "b"'],
    ['<b', 'Unclosed start tag at byte offset 0'],
    ['<a href="x', 'Unclosed start tag "a" at byte offset 0'],
    ['<a ="x">', 'Empty attribute name in the tag "a" at byte offset 0'],
    ['<a href=x/y>', 'Unexpected end of name token at byte offset 8'],
    ['س</b>', 'Unexpected end tag at byte offset 2'],
    ['<b>س</i>', 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'],
    ['<b>س</b', 'Unclosed end tag at byte offset 5'],
    ['<span class="x">س</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ]
  test.each(refused)('%s', (source, complaint) => {
    expect(() => parseHtml(source)).toThrow(`Bad Request: can't parse entities: ${complaint}`)
  })
})
