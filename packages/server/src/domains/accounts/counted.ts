import { AppError } from '../../platform/errors.ts';

type AuthMethod = 'password' | 'refresh_token' | 'client_credentials' | 'device_code';

/** Counts attempts to authenticate: `granted`, `refused` (the caller's fault) or `error` (ours), the gate's words too. */
export type OnAuthAttempt = (method: AuthMethod, outcome: 'granted' | 'refused' | 'error') => void;

/** Runs `attempt` and counts how it ended. */
export const counted = async <T>(
  onAuthAttempt: OnAuthAttempt,
  method: AuthMethod,
  attempt: () => Promise<T>,
): Promise<T> => {
  try {
    const result = await attempt();
    onAuthAttempt(method, 'granted');
    return result;
  } catch (error) {
    onAuthAttempt(method, error instanceof AppError && error.status < 500 ? 'refused' : 'error');
    throw error;
  }
};
