import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Chat } from './chat.tsx'
import { createConversation } from './conversation.ts'

const page = document.getElementById('page')
const slug = /^\/c\/([^/]+)/.exec(location.pathname)?.[1]
if (page === null || slug === undefined) throw new Error('served at another address than /c/<association>')

createRoot(page).render(
  <StrictMode>
    <Chat conversation={createConversation(decodeURIComponent(slug))} />
  </StrictMode>,
)
