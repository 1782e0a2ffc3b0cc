/** A real Chromium for the browser tests. */
import { findProgram } from './find-program.ts'

/** For `chromium.launch({ executablePath, args })` of playwright-core. */
export function findChromium(): { executablePath: string; args: string[] } {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  return {
    executablePath: findProgram(names, 'chromium', 'CHROMIUM_PATH'),
    // Chromium's own sandbox does not start as root.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  }
}
