import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './queries.ts'
import { consoleRouter } from './router.tsx'
import './styles.css'
import { applyTheme, savedTheme } from './theme.ts'

applyTheme(savedTheme())
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient()}>
      <RouterProvider router={consoleRouter()} />
    </QueryClientProvider>
  </StrictMode>,
)
