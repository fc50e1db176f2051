import { isAbsolute, join } from 'node:path';

export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

/** `$XDG_CONFIG_HOME/gpushield/credentials.json`; a relative XDG_CONFIG_HOME is invalid by its specification and ignored. */
export const credentialsPath = ({ env, homeDirectory }: Place): string => {
  const configured = env['XDG_CONFIG_HOME'] ?? '';
  const base = isAbsolute(configured) ? configured : join(homeDirectory, '.config');
  return join(base, 'gpushield', 'credentials.json');
};
