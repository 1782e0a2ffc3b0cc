/** A browser of the desk: built pages, the real server, and pages that fail the test when they misbehave. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { buildPages } from '../../support/build-pages.ts'
import { findChromium } from '../../support/chromium.ts'
import { signIn } from '../../support/desk-client.ts'
import { type FakeDesk, password, startFakeDesk } from '../../support/fake-desk.ts'

export interface DeskBrowser {
  desk: FakeDesk
  browser: Browser
  /** Folder of the built pages. */
  pages: string
  /** A browser of its own: its own cookies. */
  open(options?: { width?: number; height?: number; dark?: boolean; touch?: boolean }): Promise<Page>
  /** What pages said on their console, and requests to anywhere else. */
  complaints: string[]
  close(): Promise<void>
}

export const openDeskBrowser = async (): Promise<DeskBrowser> => {
  const pages = await buildPages(['desk'])
  const desk = await startFakeDesk({ pages: pages.directory, signInLimits: { perAddress: 1000, perEmail: 1000 }, beatMs: 500 })
  const browser = await chromium.launch(findChromium())
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  return {
    desk,
    browser,
    pages: pages.directory,
    complaints,
    async open({ width = 1366, height = 768, dark = false, touch = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'ar-SA',
        timezoneId: 'Asia/Riyadh',
        hasTouch: touch,
        isMobile: touch,
        deviceScaleFactor: touch ? 2 : 1,
      })
      contexts.push(context)
      context.setDefaultTimeout(10_000)
      const page = await context.newPage()
      page.on('console', (message) => {
        // A refusal that the page handles is written by the browser itself.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => {
        if (!request.url().startsWith(desk.url) && !request.url().startsWith('data:')) complaints.push(`asked ${request.url()}`)
      })
      return page
    },
    async close() {
      for (const context of contexts) await context.close()
      await browser.close()
      await desk.close()
      await pages.remove()
    },
  }
}

/** Through the form, as people do. */
export const fillSignIn = async (page: Page, email: string, secret = password): Promise<void> => {
  await page.getByLabel('البريد الإلكتروني').fill(email)
  await page.getByLabel('كلمة المرور', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'دخول', exact: true }).click()
}

/** Signed in by the API, at a page of the desk. */
export const signInAs = async (page: Page, desk: FakeDesk, email: string, path = ''): Promise<void> => {
  const response = await signIn(desk.url, email, password)
  const cookies = response.headers.getSetCookie().map((cookie) => {
    const [name = '', value = ''] = cookie.split(';', 1)[0]?.split('=') ?? []
    return { name, value, url: desk.url, httpOnly: true }
  })
  await page.context().addCookies(cookies)
  await page.goto(`${desk.url}/desk${path}`)
}

/** Pictures for the eye, when someone wants them. */
export const shoot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.SILA_SCREENSHOTS
  if (folder === undefined) return
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(250)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** @returns serious and critical violations of WCAG 2.2 A and AA, in words */
export const findViolations = async (page: Page): Promise<string[]> => {
  // Evaluated by the debugger: the page's own policy forbids foreign scripts, as it should.
  await page.evaluate(await axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') } // put there a moment ago
    const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`))
  })
}
