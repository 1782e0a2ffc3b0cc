/** What a button carries: prompt and option in Telegram's 64 bytes, so that a press on an old one is recognised. */

/** Bytes of `callback_data`. */
const most = 64
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Nobody's: no prompt and no option is called that, so it is answered as an old press is. */
export const foreignPress = { promptId: 'foreign', optionId: 'foreign' } as const

/**
 * Version `1`: the prompt's UUID in 22 letters, then the option. Version `0`: prompt and option as they are.
 * @returns null when it does not fit, or would be read otherwise: such options become numbered lines.
 */
export const writePress = (promptId: string, optionId: string): string | null => {
  const compact = uuid.test(promptId) ? Buffer.from(promptId.replaceAll('-', ''), 'hex').toString('base64url') : null
  const data = compact === null ? `0${promptId} ${optionId}` : `1${compact}${optionId}`
  const back = readPress(data)
  return Buffer.byteLength(data) <= most && back.promptId === promptId && back.optionId === optionId ? data : null
}

/** @returns what was pressed; {@link foreignPress} for what another program or a version to come has written. Total. */
export const readPress = (data: unknown): { promptId: string; optionId: string } => {
  if (typeof data !== 'string' || data.length > most) return foreignPress
  const compact = /^1([\w-]{22})(.+)$/s.exec(data)
  if (compact) {
    const [, letters = '', optionId = ''] = compact
    const hex = Buffer.from(letters, 'base64url').toString('hex')
    const promptId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    return { promptId, optionId }
  }
  const [, promptId, optionId] = /^0(\S+) (.+)$/s.exec(data) ?? []
  return promptId !== undefined && optionId !== undefined ? { promptId, optionId } : foreignPress
}
