import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';
import type { Session } from './session.ts';

const SessionContext = createContext<Session | undefined>(undefined);

export const SessionProvider = ({ session, children }: { session: Session; children: ReactNode }) => (
  <SessionContext value={session}>{children}</SessionContext>
);

export const useSession = (): Session => {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('useSession needs a SessionProvider');
  return session;
};

export const useSignedIn = (): boolean => {
  const session = useSession();
  return useSyncExternalStore(session.onChange, session.isSignedIn);
};
