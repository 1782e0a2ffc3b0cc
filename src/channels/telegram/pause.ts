/** @returns after `ms`; earlier when `signal` is aborted, or when one of `works` is done. Never fails. */
export const pause = (ms: number, signal: AbortSignal, works: readonly Promise<unknown>[] = []): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    for (const work of works) work.then(end, end)
  })
