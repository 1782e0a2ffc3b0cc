import { Redis } from 'ioredis'
import { codeOf, PlatformError } from './errors.ts'

/** @throws PlatformError with one line, without the password */
export async function checkRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, maxRetriesPerRequest: 0, retryStrategy: () => null })
  let problem: unknown = null
  client.on('error', (error) => {
    problem ??= error
  })
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    const first = problem ?? error
    const text = first instanceof Error ? first.message : ''
    const reason = /WRONGPASS|NOAUTH/.test(text) ? 'the password is wrong or missing' : codeOf(first) || 'it does not answer as Redis does'
    throw new PlatformError('redis-unreachable', `REDIS_URL (${hostname}:${port || '6379'}) cannot be used: ${reason}.`, { cause: error })
  } finally {
    client.disconnect()
  }
}
