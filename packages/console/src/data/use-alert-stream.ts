import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useSession } from '../session/session-context.tsx';

const againMs = 5000;

/** Reads the alert stream while a page is open, where that is allowed; each event makes what is shown of alerts be read anew. */
export const useAlertStream = (isAllowed: boolean): void => {
  const session = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    if (!isAllowed) return undefined;
    const stop = new AbortController();
    const listen = async (): Promise<void> => {
      const headers = { authorization: `Bearer ${await session.token()}`, accept: 'text/event-stream' };
      const answer = await fetch('/api/v1/alerts/stream', { headers, signal: stop.signal });
      if (!answer.ok || answer.body === null) return;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (!part.value.includes('data:')) continue;
        await queries.invalidateQueries({
          predicate: ({ queryKey }) => typeof queryKey[0] === 'string' && queryKey[0].includes('Alert'),
        });
      }
    };
    const keepListening = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await listen().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    };
    void keepListening();
    return () => stop.abort();
  }, [isAllowed, session, queries]);
};
