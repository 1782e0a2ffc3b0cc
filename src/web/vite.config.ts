/** Builds the pages into `dist/web`: the chat, and the desk. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin, UserConfig } from 'vite'
import { parse } from 'yaml'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Words of the pages stand in `locales/`, as all words do, and are bundled as plain objects. */
const yamlWords: Plugin = {
  name: 'yaml-words',
  transform(code, id) {
    if (!id.endsWith('.yaml')) return null
    return { code: `export default ${JSON.stringify(parse(code))}`, map: null, moduleType: 'js' }
  },
}

/** @param names pages to build; one without its entry yet is left out */
export const pagesConfig = (names: string[], outDir: string): UserConfig => ({
  root: here('.'),
  base: '/',
  publicDir: false,
  plugins: [react(), tailwindcss(), yamlWords],
  build: {
    outDir,
    emptyOutDir: true,
    // The content policy allows no `data:` fonts or scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: Object.fromEntries(
        names.filter((name) => existsSync(here(`./${name}/main.tsx`))).map((name) => [name, here(`./${name}/index.html`)]),
      ),
    },
  },
})

export default pagesConfig(['chat', 'desk'], here('../../dist/web'))
