/** How the server behaves; tests shorten the times. Defaults are the real server's. */
export interface Settings {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Seeds ids, probabilities and everything else that is random. */
  seed: number
  /**
   * The unit of pauses after failed webhook deliveries: none after the first, then 2, 4, 8 … of these, at most 60 to 120.
   */
  webhookRetryMs: number
  webhookTimeoutMs: number
  /** How long a press can be delivered and answered. */
  callbackLifeMs: number
  updateLifeMs: number
  /** A 409 within this time of another is held back as long. */
  conflictHoldMs: number
  /** A getUpdates of the same offset within this time of the last waits at least as long. */
  pollHoldMs: number
  /** A getUpdates of the same offset within this time of the last gets one update. */
  pollSingleMs: number
  /** setWebhook answers 429 when it is called again within this time. */
  setWebhookPauseMs: number
  /** Bytes a bot can fetch of what people sent. */
  downloadLimit: number
  /** Bytes a bot can upload. */
  uploadLimit: number
}

export const realSettings: Settings = {
  // Finer than Date.now, for latencies.
  now: () => performance.timeOrigin + performance.now(),
  seed: 1,
  webhookRetryMs: 1_000,
  webhookTimeoutMs: 60_000,
  callbackLifeMs: 150_000,
  updateLifeMs: 24 * 3_600_000,
  conflictHoldMs: 3_000,
  pollHoldMs: 3_000,
  pollSingleMs: 500,
  setWebhookPauseMs: 1_000,
  downloadLimit: 20 * 1024 * 1024,
  uploadLimit: 50 * 1024 * 1024,
}
