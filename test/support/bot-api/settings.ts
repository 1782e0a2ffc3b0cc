/** How the server behaves; tests shorten the times. Defaults are the real server's. */
export interface Settings {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Seeds ids, probabilities and everything else that is random. */
  seed: number
  /** First pause after a failed webhook delivery; doubles up to 60 times this. */
  webhookRetryMs: number
  webhookTimeoutMs: number
  /** How long a press can be delivered and answered. */
  callbackLifeMs: number
  updateLifeMs: number
  /** How long the second and further 409 within this time are held back. */
  conflictHoldMs: number
  /** Bytes a bot can fetch of what people sent. */
  downloadLimit: number
  /** Bytes a bot can upload. */
  uploadLimit: number
}

export const realSettings: Settings = {
  now: Date.now,
  seed: 1,
  webhookRetryMs: 1_000,
  webhookTimeoutMs: 60_000,
  callbackLifeMs: 150_000,
  updateLifeMs: 24 * 3_600_000,
  conflictHoldMs: 3_000,
  downloadLimit: 20 * 1024 * 1024,
  uploadLimit: 50 * 1024 * 1024,
}
