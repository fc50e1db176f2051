import { isAbsolute, join } from 'node:path';
import type { Place } from '../credentials/location.ts';

/** Where gpu-dev keeps what it knows: `~/.gpu-dev`, or GPU_DEV_HOME where that is an absolute path. */
export const devHome = ({ env, homeDirectory }: Place): string => {
  const configured = env['GPU_DEV_HOME'] ?? '';
  return isAbsolute(configured) ? configured : join(homeDirectory, '.gpu-dev');
};
