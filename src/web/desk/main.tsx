import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { createRoot } from 'react-dom/client'
import { queries } from './lib/queries.ts'
import { keptLanguage, type Language, loadWords, localeOf, type Words, WordsContext } from './lib/words.ts'
import { Toasts } from './parts/toasts.tsx'
import { router } from './router.tsx'

const App = ({ first }: { first: { t: Words; language: Language } }) => {
  const [words, setWords] = useState(first)
  const setLanguage = (language: Language) => {
    void loadWords(language).then((t) => setWords({ t, language }))
  }
  return (
    <I18nProvider locale={localeOf(words.language)}>
      <WordsContext value={{ ...words, setLanguage }}>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </WordsContext>
    </I18nProvider>
  )
}

const language = keptLanguage()
const place = document.getElementById('desk')
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <App first={{ t: await loadWords(language), language }} />
    </StrictMode>,
  )
