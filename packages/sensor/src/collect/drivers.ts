import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clean } from '../clean.ts';
import { readOptional } from './read-text.ts';
import type { Roots } from './roots.ts';

const modularDrivers: readonly string[] = ['amdgpu', 'radeon', 'i915', 'xe', 'nouveau'];

/** Version and flavour out of /proc/driver/nvidia/version; null when its form is unknown. */
export const parseNvidiaVersion = (
  source: string,
): { version: string; flavour: 'open' | 'proprietary' } | null => {
  const line = /^NVRM version:\s*(.+)$/m.exec(source)?.[1];
  const version = line === undefined ? undefined : /\s(\d+\.\d+(?:\.\d+)*)\s/.exec(`${line} `)?.[1];
  if (line === undefined || version === undefined) return null;
  return { version, flavour: /open kernel module/i.test(line) ? 'open' : 'proprietary' };
};

/** GPU drivers that are present in the running kernel. One that comes with the kernel has the kernel's version. */
export const collectDrivers = async (roots: Roots, release: string): Promise<Record<string, string>> => {
  const drivers: Record<string, string> = {};
  const nvidia = await readOptional(join(roots.proc, 'driver/nvidia/version'));
  if (nvidia !== null) {
    const parsed = parseNvidiaVersion(nvidia);
    drivers['nvidia'] = parsed?.version ?? clean(nvidia, 256);
    if (parsed !== null) drivers['nvidia_flavour'] = parsed.flavour;
  }
  for (const name of modularDrivers) {
    const present = await readdir(join(roots.sys, 'module', name)).then(
      () => true,
      () => false,
    );
    if (!present) continue;
    const version = await readOptional(join(roots.sys, 'module', name, 'version'));
    drivers[name] = clean(version ?? `in-tree ${release}`, 256);
  }
  return drivers;
};
