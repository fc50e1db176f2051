import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ApiError } from '@gpushield/sdk';
import { SessionProvider } from './session/session-context.tsx';
import { createSession } from './session/session.ts';
import { Shell } from './shell.tsx';
import './style.css';

/** What the server refused stays refused: only what never arrived is asked for again. */
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => failures < 2 && !(error instanceof ApiError), staleTime: 2000 },
  },
});
const session = createSession({
  baseUrl: window.location.origin,
  storage: window.sessionStorage,
  fetch: window.fetch.bind(window),
  now: Date.now,
});
// Another person's answers are not for the next one at this screen.
session.onChange(() => queries.clear());

const place = document.getElementById('root');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <SessionProvider session={session}>
          <Shell />
        </SessionProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
