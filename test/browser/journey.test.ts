/** The real program in a real browser: a person on a phone, two officers at the desk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../support/chromium.ts'
import { endPrograms, type Program, runProgram } from '../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'sila-journey-'))
/** `SILA_SHOTS=DIR` keeps pictures of what was seen. */
const shots = process.env.SILA_SHOTS
let browser: Browser
let program: Program
let url = ''
let staff: { email: string; password: string }[] = []

beforeAll(async () => {
  const env = { PORT: '0', SILA_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', SILA_BURST_TEXT_MS: '400', SILA_BURST_MEDIA_MS: '400' }
  const { executablePath, args } = await findChromium()
  browser = await chromium.launch({ executablePath, args })
  program = runProgram(['start'], env)
  url = (await program.until(/Web chat {3}(\S+)\/c\//, 60_000))[1] ?? ''
  const [, email = '', password = ''] = await program.until(/Sign-in {4}(\S+) {2}(\S+)\n/)
  const added = runProgram(['staff', 'add', '--name', 'سامي', '--email', 'sami@masakin.local', '--role', 'researcher', '--json'], env)
  expect(await added.ended).toBe(0)
  staff = [
    { email, password },
    { email: 'sami@masakin.local', password: (JSON.parse(added.output()) as { password: string }).password },
  ]
}, 120_000)

afterAll(async () => {
  await browser?.close()
  program?.child.kill('SIGTERM')
  await program?.ended
  endPrograms()
  rmSync(folder, { recursive: true, force: true })
})

const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) })
}

const openChat = async (): Promise<{ page: Page; say(text: string): Promise<void>; context: BrowserContext }> => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'ar-SA',
    timezoneId: 'Asia/Riyadh',
    deviceScaleFactor: 2,
    hasTouch: true,
  })
  const page = await context.newPage()
  await page.goto(`${url}/c/masakin`)
  const box = page.locator('textarea')
  await box.waitFor()
  return {
    page,
    context,
    say: async (text) => {
      await box.fill(text)
      await page.getByRole('button', { name: 'إرسال' }).click()
    },
  }
}

const openDesk = async (who: number, width = 1366): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width, height: 800 }, locale: 'ar-SA', timezoneId: 'Asia/Riyadh' })
  const page = await context.newPage()
  await page.goto(`${url}/desk`)
  await page.getByLabel('البريد').fill(staff[who]?.email ?? '')
  await page.getByLabel('كلمة المرور', { exact: true }).fill(staff[who]?.password ?? '')
  await page.keyboard.press('Enter')
  return page
}

const take = (page: Page) => page.getByRole('button', { name: 'استلام المحادثة' })
const bubbles = (page: Page) => page.locator('[role=log]')

describe('chat and desk', { timeout: 120_000 }, () => {
  test('two officers race for one conversation: one wins, the other is told who; then words arrive on the phone', async () => {
    const person = await openChat()
    await person.say('السلام عليكم')
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('هذا رد آلي')
    await person.say('موظف')
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('رسالتك')
    const desks = [await openDesk(0), await openDesk(1)]
    for (const desk of desks) {
      await desk.getByRole('option').first().click()
      await take(desk).waitFor()
    }
    await Promise.all(desks.map((desk) => take(desk).click()))
    const mine = (desk: Page) => desk.getByText('المساعد متوقف').count()
    await expect.poll(async () => (await Promise.all(desks.map(mine))).filter((count) => count > 0).length, { timeout: 10_000 }).toBe(1)
    const winner = (await mine(desks[0] as Page)) > 0 ? 0 : 1 // both were opened above
    const loser = desks[1 - winner] as Page
    await expect.poll(() => loser.locator('body').textContent(), { timeout: 10_000 }).toMatch(/استلمها|يتابعها|معك|لدى/)
    const desk = desks[winner] as Page
    const composer = desk.getByRole('textbox', { name: 'الرد' })
    await composer.fill('السلام عليكم، معك الزميل. كيف أخدمك؟')
    await desk.getByRole('button', { name: 'إرسال', exact: true }).click()
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('معك الزميل. كيف أخدمك؟')
    await shoot(person.page, 'chat-phone-staff')
    await shoot(desk, 'desk-conversation')
    await desk.getByRole('button', { name: 'إعادة إلى المساعد' }).click()
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('انتهى حديثك')
    for (const page of desks) await page.context().close()
    await person.context.close()
  })

  test('a takeover while the bot is answering: nothing of the bot comes after it', async () => {
    const person = await openChat()
    await person.say('السلام عليكم')
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('هذا رد آلي')
    await person.say('موظف')
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('رسالتك')
    const desk = await openDesk(0)
    await desk.getByRole('option').first().click()
    await take(desk).waitFor()
    // Free text: the bot waits 400 ms for the rest of the burst, and the officer is faster.
    await person.say('عندي موضوع طويل شوي')
    await take(desk).click()
    await expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain('معك الآن')
    const before = (await bubbles(person.page).textContent()) ?? ''
    await person.say('وين طلبي')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const after = (await bubbles(person.page).textContent()) ?? ''
    expect(after.slice(after.indexOf('معك الآن'))).not.toMatch(/كيف نخدمك|لا نجد طلبًا|طلب دعم/)
    expect(after.length).toBeGreaterThan(before.length)
    await desk.context().close()
    await person.context.close()
  })

  test('pictures of the journey, in Arabic, on a phone and a desktop', async () => {
    const person = await openChat()
    const seen = async (text: string) => expect.poll(() => bubbles(person.page).textContent(), { timeout: 10_000 }).toContain(text)
    const choose = (name: string) => person.page.getByRole('button', { name }).last().click()
    await person.say('السلام عليكم ابغى اقدم على دعم للسكن')
    await seen('ما يحتاجه طلب الدعم')
    await shoot(person.page, 'chat-phone-conditions')
    await choose('نبدأ')
    await seen('بياناتك أمانة')
    await person.page.getByRole('button', { name: 'أوافق', exact: false }).first().click()
    await seen('حتى نخاطبك')
    await choose('أختي الكريمة')
    for (const [said, next] of [
      ['نورة عبدالله التجريبي', 'سؤال ٢'],
      ['100000000', 'وصلنا ٩ أرقام'],
      ['١٠٠٠٠٠٠٠٠٨', 'سؤال ٣'],
      ['٠٥٠٠٠٠٠٠٠١', 'سؤال ٤'],
      ['الرياض، حي النسيم', 'سؤال ٥'],
      ['ستة', 'سؤال ٦'],
    ] as const) {
      await seen('سؤال')
      await person.say(said)
      await seen(next)
    }
    await shoot(person.page, 'chat-phone-questions')
    await person.say('الإيجار متراكم علينا')
    await seen('سؤال ٧')
    await choose('إيجار')
    await seen('سؤال ٨')
    await person.say('٣٥٠٠')
    await seen('سؤال ٩')
    await person.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'عقد.png', mimeType: 'image/png', buffer: await person.page.screenshot() })
    await person.page.getByRole('button', { name: 'إرسال' }).click()
    await seen('هذه بيانات طلبك')
    await shoot(person.page, 'chat-phone-review')
    await choose('نعم، صحيح')
    await seen('إقرار')
    await person.page
      .getByRole('button')
      .filter({ hasText: /^[٠-٩]*\s*أوافق$/ })
      .last()
      .click()
    await seen('MSK-')
    await shoot(person.page, 'chat-phone-submitted')
    await person.page.setViewportSize({ width: 1280, height: 800 })
    await shoot(person.page, 'chat-desktop')

    await person.say('موظف')
    const desk = await openDesk(0)
    await desk.getByRole('option').first().click()
    await take(desk).waitFor()
    await shoot(desk, 'desk-inbox')
    await desk.getByRole('link', { name: /MSK-/ }).first().click()
    await desk.getByText('الخطوة التالية').first().waitFor()
    await shoot(desk, 'desk-request')
    const phone = await openDesk(0, 390)
    await phone.getByRole('option').first().waitFor()
    await shoot(phone, 'desk-phone-inbox')
    await phone.getByRole('option').first().click()
    await phone.locator('[role=log]').waitFor()
    await shoot(phone, 'desk-phone-conversation')
  })
})
