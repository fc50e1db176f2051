import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inventory } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import { readOptional } from './read-text.ts';
import type { Roots } from './roots.ts';

export type HostFacts = Inventory['host'];

/** Values of an os-release file: `KEY=value`, the value perhaps in quotes. */
export const parseOsRelease = (source: string): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  for (const line of source.split('\n')) {
    const match = /^([A-Z0-9_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  }
  return values;
};

/** Model and number of logical CPUs out of /proc/cpuinfo, and whether the CPU says it is virtual. */
export const parseCpuInfo = (
  source: string,
): { model: string | null; count: number; hypervisor: boolean } => ({
  model: /^(?:model name|Model|cpu model)\s*:\s*(.+)$/m.exec(source)?.[1] ?? null,
  count: source.match(/^processor\s*:/gm)?.length ?? 0,
  hypervisor: /^flags\s*:.*\bhypervisor\b/m.test(source),
});

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const dmiNames: readonly (readonly [RegExp, string])[] = [
  [/qemu|kvm/i, 'kvm'],
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/microsoft corporation virtual/i, 'hyper-v'],
  [/amazon ec2/i, 'amazon-ec2'],
  [/google compute/i, 'google-compute'],
  [/\bxen\b/i, 'xen'],
];

const detectVirtualization = async (roots: Roots, hypervisor: boolean): Promise<string | null> => {
  const read = (name: string): Promise<string | null> => readOptional(join(roots.sys, 'class/dmi/id', name));
  const dmi = `${(await read('sys_vendor')) ?? ''} ${(await read('product_name')) ?? ''}`;
  const machine = dmiNames.find(([pattern]) => pattern.test(dmi))?.[1] ?? (hypervisor ? 'hypervisor' : null);
  const container = (await exists(join(roots.host, '/.dockerenv')))
    ? 'docker'
    : (await exists(join(roots.host, '/run/.containerenv')))
      ? 'podman'
      : null;
  const found = [machine, container].filter((part) => part !== null);
  return found.length === 0 ? null : found.join('+');
};

/** What the host is. A fact that cannot be read is null (or 0), never guessed. */
export const collectHost = async ({
  roots,
  fallbackHostname,
  architecture,
}: {
  roots: Roots;
  fallbackHostname: string;
  architecture: string;
}): Promise<HostFacts> => {
  const proc = (name: string): Promise<string | null> => readOptional(join(roots.proc, name));
  const cpu = parseCpuInfo((await proc('cpuinfo')) ?? '');
  const osSource =
    (await readOptional(join(roots.etc, 'os-release'))) ??
    (await readOptional(join(roots.usr, 'lib/os-release')));
  const os = parseOsRelease(osSource ?? '');
  const bounded = (value: string | null, maxLength: number): string | null =>
    value === null ? null : clean(value, maxLength);
  const memoryKiB = Number(/^MemTotal:\s+(\d+) kB/m.exec((await proc('meminfo')) ?? '')?.[1] ?? 0);
  return {
    hostname: clean((await proc('sys/kernel/hostname')) ?? fallbackHostname, 253) || 'unknown',
    machine_id: bounded(await readOptional(join(roots.etc, 'machine-id')), 64),
    boot_id: bounded(await proc('sys/kernel/random/boot_id'), 64),
    operating_system: clean(os.get('PRETTY_NAME') ?? os.get('NAME') ?? 'unknown', 128),
    architecture: clean(architecture, 32),
    kernel_release: clean((await proc('sys/kernel/osrelease')) ?? 'unknown', 128),
    kernel_version: clean((await proc('sys/kernel/version')) ?? 'unknown', 256),
    cpu_model: bounded(cpu.model, 128),
    cpu_count: cpu.count,
    memory_bytes: memoryKiB * 1024,
    virtualization: await detectVirtualization(roots, cpu.hypervisor),
  };
};
