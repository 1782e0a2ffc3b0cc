/** @returns ms before the next try to reach Redis: soon at first, then every second for as long as it is away */
export const retryStrategy = (times: number): number => Math.min(times * 50, 1_000)
