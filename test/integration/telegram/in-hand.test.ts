import { expect, test } from 'vitest'
import { createInHand } from '../../../src/channels/telegram/in-hand.ts'

test('the offset stops at the oldest that is not finished', () => {
  const hand = createInHand()
  expect(hand.offset()).toBeUndefined()
  expect(hand.add([12, 10, 11])).toEqual([10, 11, 12])
  expect(hand.offset()).toBe(10)
  hand.finish(11)
  hand.finish(12)
  expect(hand.offset()).toBe(10)
  // Telegram sends again from there: what is in hand is known, finished or not.
  expect(hand.add([10, 11, 12, 13])).toEqual([13])
  hand.finish(10)
  expect(hand.offset()).toBe(13)
  // The answer to a call made before that may still hold it.
  expect(hand.add([10, 11, 12, 13])).toEqual([])
  expect(hand.acknowledge()).toBe(13)
  hand.finish(13)
  expect([hand.offset(), hand.size()]).toEqual([14, 0])
})

test('what was acknowledged long ago may come once more, and numbers may begin again below', () => {
  const hand = createInHand()
  hand.add([500])
  hand.finish(500)
  expect(hand.acknowledge()).toBe(501)
  expect(hand.add([499, 501])).toEqual([499, 501])
  hand.finish(499)
  hand.finish(501)
  expect(hand.acknowledge()).toBe(502)
  expect(hand.add([7])).toEqual([7])
  expect(hand.offset()).toBe(7)
  hand.finish(7)
  expect(hand.offset()).toBe(8)
})

test('what is finished twice, or was never in hand, changes nothing', () => {
  const hand = createInHand()
  hand.finish(3)
  hand.add([4, 5])
  hand.finish(5)
  hand.finish(5)
  expect([hand.offset(), hand.size()]).toEqual([4, 1])
})
