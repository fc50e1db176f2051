import { createHash } from 'node:crypto';
import type { HashedFile, Inventory } from '@gpushield/contracts';
import type { Item, ItemKind } from './types.ts';

/** The sensor's word for a watched path that has no file. */
const notThere = 'does not exist';
export const kernelName = 'kernel';

export interface Snapshot {
  /** One item a kind and name, in the inventory's order. */
  readonly items: readonly Item[];
  /** Kinds that this report could not see at all: their absence says nothing. */
  readonly unseen: ReadonlySet<ItemKind>;
  readonly bootId: string | null;
  readonly release: string;
  /** False where no module has a file: then the sensor cannot see them, and a missing file means nothing. */
  readonly modulesHaveFiles: boolean;
}

export const keyOf = (item: { readonly kind: ItemKind; readonly name: string }): string =>
  `${item.kind}\n${item.name}`;

export const byKey = <T extends { readonly kind: ItemKind; readonly name: string }>(
  items: readonly T[],
): ReadonlyMap<string, T> => new Map(items.map((item) => [keyOf(item), item]));

const moduleItems = (inventory: Inventory): Item[] =>
  inventory.modules.map(({ name, sha256, path, taint, signer }) => ({
    kind: 'module',
    name,
    value: sha256,
    ...(path === null ? {} : { path }),
    ...(taint === undefined || taint === '' ? {} : { taint }),
    ...(signer === undefined || signer === null ? {} : { signer }),
  }));

const fileItems = (kind: 'firmware' | 'file', files: readonly HashedFile[]): Item[] =>
  files.map(({ path, sha256, problem }) => ({
    kind,
    name: path,
    value: sha256,
    path,
    ...(sha256 === null && problem === notThere ? { missing: true } : {}),
  }));

const textItems = (kind: 'driver' | 'toolkit', texts: Readonly<Record<string, string>>): Item[] =>
  Object.entries(texts).map(([name, value]) => ({ kind, name, value }));

/** An inventory as a flat list of comparable items. The first of two with one name counts. */
export const snapshotOf = (inventory: Inventory): Snapshot => {
  const { host, taint } = inventory;
  const all: readonly Item[] = [
    { kind: 'kernel', name: kernelName, value: `${host.kernel_release} ${host.kernel_version}` },
    ...taint.flags.map((flag): Item => ({ kind: 'taint', name: flag, value: 'set' })),
    ...moduleItems(inventory),
    ...fileItems('firmware', inventory.firmware),
    ...fileItems('file', inventory.files),
    ...textItems('driver', inventory.drivers),
    ...textItems('toolkit', inventory.toolkits),
  ];
  const first = new Map<string, Item>();
  for (const item of all) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  const unseen = new Set<ItemKind>();
  if (taint.value === null) unseen.add('taint');
  // A running kernel with not one module left is far rarer than a sensor that cannot list them.
  if (inventory.modules.length === 0) unseen.add('module');
  return {
    items: [...first.values()],
    unseen,
    bootId: host.boot_id,
    release: host.kernel_release,
    modulesHaveFiles: inventory.modules.some(({ path }) => path !== null),
  };
};

/** Equal for two reports that differ in nothing but when they were collected. */
export const inventoryDigest = (inventory: Inventory): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...inventory, collected_at: '' }))
    .digest('hex');
