import { expect, test } from 'vitest'
import { composite, compositeArray } from '../../../src/store/composite.ts'
import { createLanes } from '../../../src/store/lanes.ts'

/** A batch that ends when told. */
const manual = () => {
  const batches: { items: string[]; end(): void }[] = []
  const run = (items: string[]) =>
    new Promise<string[]>((resolve) => batches.push({ items, end: () => resolve(items.map((item) => `${item}!`)) }))
  return { batches, run }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('calls made together share a batch, and each gets its own answer', async () => {
  const { batches, run } = manual()
  const call = createLanes({ lanes: 2, size: 64, run })
  const answers = Promise.all(['a', 'b', 'c'].map(call))
  await settled()
  expect(batches.map(({ items }) => items)).toEqual([['a', 'b', 'c']])
  batches[0]?.end()
  expect(await answers).toEqual(['a!', 'b!', 'c!'])
})

test('while all lanes are under way calls gather, at most `size` of them', async () => {
  const { batches, run } = manual()
  const call = createLanes({ lanes: 2, size: 3, run })
  const answers = [call('a')]
  await settled()
  answers.push(call('b'))
  await settled()
  answers.push(...['c', 'd', 'e', 'f'].map(call))
  await settled()
  expect(batches.map(({ items }) => items)).toEqual([['a'], ['b']])
  batches[1]?.end()
  await settled()
  expect(batches.map(({ items }) => items)).toEqual([['a'], ['b'], ['c', 'd', 'e']])
  batches[0]?.end()
  await settled()
  expect(batches[3]?.items).toEqual(['f'])
  batches[2]?.end()
  batches[3]?.end()
  expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!', 'f!'])
})

test('items of one key are never under way together, in order, and others pass them', async () => {
  const { batches, run } = manual()
  const call = createLanes({ lanes: 2, size: 64, keyOf: (item) => item[0] ?? '', run })
  const answers = Promise.all(['a1', 'a2', 'b1'].map(call))
  await settled()
  expect(batches.map(({ items }) => items)).toEqual([['a1', 'b1']])
  batches[0]?.end()
  await settled()
  expect(batches[1]?.items).toEqual(['a2'])
  batches[1]?.end()
  expect(await answers).toEqual(['a1!', 'a2!', 'b1!'])
})

test('a batch that fails is tried one by one, and only the one to blame fails', async () => {
  const run = async (items: string[]) => {
    if (items.includes('bad')) throw new Error('bad')
    return items
  }
  const call = createLanes({ lanes: 1, size: 64, run })
  const results = await Promise.allSettled(['a', 'bad', 'b'].map(call))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await call('c')).toBe('c')
})

test('composites quote what needs it', () => {
  expect(compositeArray([composite(['a-1', 3, true, null, undefined, 'x y', 'quo"te\\', '']), composite([false])])).toBe(
    String.raw`{"(a-1,3,t,,,\"x y\",\"quo\\\"te\\\\\",\"\")","(f)"}`,
  )
})
