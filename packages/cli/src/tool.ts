import type { Place } from './credentials/location.ts';
import { credentialsPath } from './credentials/location.ts';
import type { KeyCredentials } from './credentials/store.ts';
import type { Io } from './io.ts';

/** What a command line signs in again with, where it can do so by itself. */
export type SignInAgain = (ended: KeyCredentials) => Promise<KeyCredentials | undefined>;

/** Which of our command lines this is: names that its messages say, and places that it keeps things in. */
export interface Tool {
  readonly name: string;
  readonly urlVariable: string;
  readonly keyVariable: string;
  readonly debugVariable: string;
  /** How messages say that a key may be given for one call. */
  readonly keyHint: string;
  /** What to do when nothing listens. */
  readonly whenDown: string;
  /** What to do when the connection fails otherwise. */
  readonly whenSlow: string;
  /** A credential this close to its end is renewed first, so that it does not end on the way. */
  readonly renewBeforeMs: number;
  readonly credentialsPath: (place: Place) => string;
  /** The server that a configuration file names. */
  readonly configuredUrl?: (io: Io) => Promise<string | undefined>;
}

export const gpushieldTool: Tool = {
  name: 'gpushield',
  urlVariable: 'GPUSHIELD_URL',
  keyVariable: 'GPUSHIELD_API_KEY',
  debugVariable: 'GPUSHIELD_DEBUG',
  keyHint: '--api-key',
  whenDown:
    'Start the server with `gpushield start` (or `npm start`), or name another with --url or GPUSHIELD_URL.',
  whenSlow: 'Look at `gpushield doctor`, then try again.',
  renewBeforeMs: 30_000,
  credentialsPath,
};
