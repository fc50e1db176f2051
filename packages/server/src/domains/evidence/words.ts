import type { EventType } from '@gpushield/contracts';
import type { Finding } from './compare-inventories.ts';
import type { ItemKind } from './types.ts';

/** The contract's bound of a title. */
const maxTitleLength = 200;
/** A path longer than this is shown by its end, which says more than its beginning. */
const maxShownName = 110;

const nouns: Readonly<Record<ItemKind, string>> = {
  module: 'Kernel module',
  firmware: 'Firmware file',
  file: 'Watched file',
  taint: 'Kernel taint',
  kernel: 'The kernel',
  driver: 'Driver',
  toolkit: 'Toolkit',
};

const verbs: Readonly<Record<Finding['change'], string>> = {
  changed: 'changed',
  added: 'appeared',
  removed: 'disappeared',
  restored: 'is back to its baseline',
  unreadable: 'can no longer be read',
};

const moduleVerbs: Readonly<Partial<Record<Finding['change'], string>>> = {
  added: 'was loaded',
  removed: 'was unloaded',
};

export const clip = (text: string, length: number): string =>
  text.length <= length ? text : `…${text.slice(text.length - length + 1)}`;

const nameOf = ({ kind, name }: Pick<Finding, 'kind' | 'name'>): string =>
  kind === 'kernel' ? nouns.kernel : `${nouns[kind]} ${clip(name, maxShownName)}`;

/** Such as `Kernel module nvidia changed on gpu-node-7`. */
export const titleOf = (finding: Pick<Finding, 'kind' | 'name' | 'change'>, nodeName: string): string => {
  const verb = (finding.kind === 'module' ? moduleVerbs[finding.change] : undefined) ?? verbs[finding.change];
  return `${nameOf(finding)} ${verb} on ${nodeName}`.slice(0, maxTitleLength);
};

/** What the reader can do, by what the alert is about. */
export const adviceOf = (kind: ItemKind): string => {
  const updated = kind === 'kernel' ? 'If you updated this machine' : 'If you made this change';
  return `${updated}, resolve the alert as accepted: what is there now becomes the baseline. If nobody did, take the machine out of service and find out who has root on it.`;
};

export const eventTypeOf = ({ kind, change }: Pick<Finding, 'kind' | 'change'>): EventType => {
  if (change === 'restored' || change === 'unreadable') return `integrity.${change}`;
  if (kind === 'module' || kind === 'firmware' || kind === 'file') return `integrity.${kind}_${change}`;
  return `integrity.${kind}_changed`;
};

/** Plural for groups: `12 kernel modules`. */
export const countOf = (count: number, kind: ItemKind): string =>
  `${String(count)} ${nouns[kind].toLowerCase()}${count === 1 ? '' : 's'}`;
