import { normalisePciAddress } from '@gpushield/contracts';
import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readOptional } from '../collect/read-text.ts';
import type { Roots } from '../collect/roots.ts';

export interface DrmCard {
  /** /sys/class/drm/card<n>. */
  readonly path: string;
  readonly pciAddress: string;
  readonly deviceId: string;
  /** The card's first hwmon directory, or null. */
  readonly hwmon: string | null;
}

/** More cards than a machine has. */
const maxCards = 64;

/** Cards of the DRM subsystem whose PCI vendor is `vendorId` (such as `0x1002`). */
export const findDrmCards = async (roots: Roots, vendorId: string): Promise<DrmCard[]> => {
  const drm = join(roots.sys, 'class/drm');
  const names = await readdir(drm).catch((): string[] => []);
  const cards: DrmCard[] = [];
  for (const name of names
    .filter((entry) => /^card\d+$/.test(entry))
    .sort()
    .slice(0, maxCards)) {
    const path = join(drm, name);
    const device = join(path, 'device');
    if ((await readOptional(join(device, 'vendor'))) !== vendorId) continue;
    const slot = /^PCI_SLOT_NAME=(.+)$/m.exec((await readOptional(join(device, 'uevent'))) ?? '')?.[1];
    const address = normalisePciAddress(slot ?? basename(await realpath(device).catch(() => '')));
    if (address === null) continue;
    const [hwmon] = await readdir(join(device, 'hwmon')).catch((): string[] => []);
    cards.push({
      path,
      pciAddress: address,
      deviceId: (await readOptional(join(device, 'device'))) ?? 'unknown',
      hwmon: hwmon === undefined ? null : join(device, 'hwmon', hwmon),
    });
  }
  return cards;
};

/** A number out of a sysfs file times `scale`; null when the file is missing or holds something else. */
export const readNumber = async (path: string | null, scale = 1): Promise<number | null> => {
  const source = path === null ? null : await readOptional(path);
  return source !== null && /^-?\d{1,18}$/.test(source) ? Number(source) * scale : null;
};
