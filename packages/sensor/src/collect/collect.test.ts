import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inventory } from '@gpushield/contracts';
import { Value } from 'typebox/value';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import type { RunCommand } from '../run-command.ts';
import { hostTree } from '../testing/fixtures.ts';
import { temporaryDirectory, writeTree } from '../testing/temporary.ts';
import { createHasher } from './hash-cache.ts';
import { collectInventory, inventoryFingerprint } from './inventory.ts';
import { rootsAt } from './roots.ts';
import { decodeTaint } from './taint.ts';

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const runCommand: RunCommand = (program, args) => {
  if (program.endsWith('nvidia-ctk'))
    return Promise.resolve({
      code: 0,
      stdout: 'NVIDIA Container Toolkit CLI version 1.17.8\ncommit: f202b80\n',
    });
  if (program === 'modinfo' && args[2] === 'nvidia') {
    return Promise.resolve({ code: 0, stdout: 'nvidia/550.90.07/gsp_ga10x.bin\n../../etc/shadow\n' });
  }
  return Promise.resolve({ code: null, stdout: '', problem: 'is not installed' });
};

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

const look = (extraPaths: readonly string[] = []): Promise<Inventory> => {
  const clock = systemClock();
  const hasher = createHasher({ clock, random: () => 0.5 });
  const deps = {
    roots: rootsAt(directory.path),
    hasher,
    runCommand,
    clock,
    fallbackHostname: 'fallback',
    architecture: 'x86_64',
  };
  return collectInventory(deps, { extraPaths, alsoBlind: [] });
};

describe('inventory of a host', () => {
  it('lists every loaded module with the digest of its file, and says which files are missing', async () => {
    await writeTree(directory.path, hostTree);
    const { modules } = await look();
    expect(modules.map(({ name }) => name)).toEqual(['ghost', 'nvidia', 'nvidia_uvm', 'snd_hda_intel']);
    const [ghost, nvidia, uvm, sound] = modules;
    expect(ghost).toMatchObject({
      path: null,
      sha256: null,
      problem: 'not named in modules.dep',
      taint: 'OE',
    });
    expect(nvidia).toMatchObject({
      path: '/lib/modules/6.8.0-45-generic/updates/dkms/nvidia.ko',
      sha256: sha256('nvidia module'),
      size_bytes: 13,
      version: '550.90.07',
      taint: 'POE',
    });
    expect(uvm).toMatchObject({ sha256: sha256('uvm module'), version: null });
    expect(sound).toMatchObject({ sha256: null, problem: 'does not exist', taint: '' });
  });

  it('reports drivers, toolkits, taint and host facts as they are, in the contract form', async () => {
    await writeTree(directory.path, hostTree);
    const inventory = await look();
    expect(Value.Check(Inventory, inventory)).toBe(true);
    expect(inventory.drivers).toEqual({ nvidia: '550.90.07', nvidia_flavour: 'proprietary' });
    expect(inventory.toolkits).toEqual({
      nvidia_container_toolkit: '1.17.8',
      cuda: '12.4.1',
      rocm: '6.2.0-66',
      level_zero_loader: '1.17.6',
    });
    expect(inventory.taint).toEqual({
      value: 12289,
      flags: ['proprietary_module', 'out_of_tree_module', 'unsigned_module'],
    });
    expect(inventory.host).toMatchObject({
      hostname: 'gpu-01',
      cpu_count: 2,
      cpu_model: 'AMD EPYC 9654',
      virtualization: null,
    });
  });

  it('hashes GPU firmware only, and never follows a name out of the firmware directory', async () => {
    await writeTree(directory.path, hostTree);
    const { firmware } = await look();
    expect(firmware.map(({ path }) => path)).toEqual([
      '/lib/firmware/nvidia/550.90.07/gsp_ga10x.bin',
      '/lib/firmware/nvidia/550.90.07/gsp_tu10x.bin',
    ]);
    expect(firmware[0]?.sha256).toBe(sha256('gsp'));
  });

  it('makes nothing up on an empty host: unknowns are null and named in blind', async () => {
    const inventory = await look();
    expect(Value.Check(Inventory, inventory)).toBe(true);
    expect(inventory).toMatchObject({
      modules: [],
      firmware: [],
      drivers: {},
      toolkits: {},
      taint: { value: null, flags: [] },
    });
    expect(inventory.blind).toEqual([
      'kernel taint: /proc/sys/kernel/tainted does not exist',
      'kernel modules: /proc/modules does not exist; this kernel appears to be built without loadable modules',
    ]);
  });

  it('sees a configured file change, and lists one that is missing with the reason', async () => {
    await writeTree(directory.path, {
      ...hostTree,
      'etc/x/a.conf': 'one',
      'etc/x/b.conf': 'two',
      'etc/x/deep/c': 'not direct',
    });
    const clock = systemClock();
    const hasher = createHasher({ clock, random: () => 0.5 });
    const deps = {
      roots: rootsAt(directory.path),
      hasher,
      runCommand,
      clock,
      fallbackHostname: 'f',
      architecture: 'x86_64',
    };
    const options = { extraPaths: ['/etc/x', '/absent'], alsoBlind: [] };
    const before = await collectInventory(deps, options);
    const same = await collectInventory(deps, options);
    await writeFile(join(directory.path, 'etc/x/a.conf'), 'two');
    const after = await collectInventory(deps, options);
    expect(before.files).toEqual([
      { path: '/absent', sha256: null, size_bytes: null, problem: 'does not exist' },
      { path: '/etc/x/a.conf', sha256: sha256('one'), size_bytes: 3 },
      { path: '/etc/x/b.conf', sha256: sha256('two'), size_bytes: 3 },
    ]);
    expect(inventoryFingerprint(same)).toBe(inventoryFingerprint(before));
    expect(after.files[1]?.sha256).toBe(sha256('two'));
  });
});

describe('taint', () => {
  it('names every bit that is set, known or not', () => {
    expect(decodeTaint(0)).toEqual([]);
    expect(decodeTaint(512)).toEqual(['kernel_warning']);
    expect(decodeTaint(2 ** 40 + 1)).toEqual(['proprietary_module', 'bit_40']);
  });
});
