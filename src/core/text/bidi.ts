/** Direction. A value inside a sentence is isolated, or «2026-001» is read as «001-2026». */

const lri = '\u2066'
const fsi = '\u2068'
const pdi = '\u2069'
const isolates = /[\u2066-\u2069]/g

/** @returns the value in a left-to-right isolate: references, phones, IBAN, masked ids, links, time ranges. */
export const isolateLtr = (value: string): string => lri + stripIsolates(value) + pdi

/** @returns the value in an isolate that takes its own direction: names and words of a person. */
export const isolate = (value: string): string => fsi + stripIsolates(value) + pdi

/** @returns the text without isolates, as it is compared and measured. */
export const stripIsolates = (text: string): string => text.replace(isolates, '')
