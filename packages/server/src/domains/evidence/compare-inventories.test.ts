import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '@gpushield/contracts';
import { acceptDrift } from './accept-baseline.ts';
import { compareInventories, type Known } from './compare-inventories.ts';
import { byKey, keyOf, snapshotOf } from './snapshot.ts';
import { inventoryOf, moduleOf, sha, withFile } from './testing/replica.ts';
import type { Item } from './types.ts';

const known = (inventory: Inventory = inventoryOf()): Known => {
  const { items, bootId } = snapshotOf(inventory);
  return { baseline: items, observed: items, bootId };
};

/** Reports one after another; answers the findings of the last one and what is known then. */
const after = (start: Inventory, ...reports: readonly Inventory[]) => {
  let state = known(start);
  let result = compareInventories(state, snapshotOf(start));
  for (const report of reports) {
    result = compareInventories(state, snapshotOf(report));
    state = { baseline: result.baseline, observed: result.observed, bootId: report.host.boot_id };
  }
  return { ...result, state };
};
const found = (start: Inventory, ...reports: readonly Inventory[]) =>
  after(start, ...reports).findings.map(
    ({ kind, change, severity, alert }) => `${kind} ${change} ${severity}${alert ? ' alert' : ''}`,
  );

const withModules = (...modules: Inventory['modules']) =>
  inventoryOf({ modules: [...inventoryOf().modules, ...modules] });
const missing = { path: '/etc/ld.so.preload', sha256: null, size_bytes: null, problem: 'does not exist' };
const present = { path: '/etc/ld.so.preload', sha256: sha('7'), size_bytes: 1 };

describe('what a change means', () => {
  it.each([
    ['a changed watched file', withFile('a'), ['file changed high alert']],
    [
      'changed firmware',
      inventoryOf({ firmware: [{ path: '/lib/firmware/nvidia/gsp.bin', sha256: sha('a'), size_bytes: 1 }] }),
      ['firmware changed high alert'],
    ],
    [
      'a changed module',
      inventoryOf({ modules: [moduleOf('ext4', sha('a')), moduleOf('nvidia', sha('2'), { taint: 'POE' })] }),
      ['module changed high alert'],
    ],
    ['an unloaded module', inventoryOf({ modules: [moduleOf('ext4', sha('1'))] }), ['module removed info']],
    ['a USB stick', withModules(moduleOf('usb_storage', sha('5'))), ['module added medium']],
    [
      'an unsigned module',
      withModules(moduleOf('evil', sha('5'), { taint: 'E' })),
      ['module added high alert'],
    ],
    [
      'a module from /tmp',
      withModules(moduleOf('evil', sha('5'), { path: '/tmp/evil.ko' })),
      ['module added high alert'],
    ],
    [
      'a module without a file',
      withModules(moduleOf('evil', null, { path: null })),
      ['module added high alert'],
    ],
    [
      'an unsigned module that taints the kernel',
      {
        ...withModules(moduleOf('evil', sha('5'), { taint: 'E' })),
        taint: { value: 8192, flags: ['unsigned_module'] },
      },
      ['taint added medium', 'module added high alert'],
    ],
    [
      'a taint that no module explains',
      inventoryOf({ taint: { value: 8192, flags: ['unsigned_module'] } }),
      ['taint added high alert'],
    ],
    [
      'a kernel warning',
      inventoryOf({ taint: { value: 512, flags: ['kernel_warning'] } }),
      ['taint added medium'],
    ],
    ['another driver version', inventoryOf({ drivers: { nvidia: '571' } }), ['driver changed medium']],
    ['a new toolkit', inventoryOf({ toolkits: { cuda: '13' } }), ['toolkit added low']],
    [
      'another kernel without a restart',
      inventoryOf({}, { kernel_version: '#2 SMP' }),
      ['kernel changed high alert'],
    ],
  ] satisfies [string, Inventory, string[]][])('%s', (_name, report, expected) => {
    expect(found(inventoryOf(), report).toSorted()).toEqual(expected.toSorted());
  });

  it('a watched path that had no file and now has one is an alert, a newly watched one is not', () => {
    expect(found(inventoryOf({ files: [missing] }), inventoryOf({ files: [present] }))).toEqual([
      'file added high alert',
    ]);
    expect(found(inventoryOf({ files: [] }), inventoryOf({ files: [present] }))).toEqual([
      'file added medium',
    ]);
    expect(found(inventoryOf({ files: [present] }), inventoryOf({ files: [missing] }))).toEqual([
      'file removed high alert',
    ]);
    expect(found(inventoryOf({ files: [present] }), inventoryOf({ files: [] }))).toEqual([
      'file removed medium',
    ]);
  });

  it('a module that was in order and is unsigned after a kernel update is not explained by the update', () => {
    const host = { kernel_release: '6.2.0-1', boot_id: 'boot-2' };
    const modules = [
      moduleOf('ext4', sha('8'), { taint: 'E' }, '6.2.0-1'),
      moduleOf('nvidia', sha('9'), { taint: 'POE' }, '6.2.0-1'),
    ];
    const alerts = after(inventoryOf(), inventoryOf({ modules }, host)).findings.filter(
      ({ byKernel }) => !byKernel,
    );
    expect(alerts.map(({ kind, name, severity }) => [kind, name, severity])).toEqual([
      ['kernel', 'kernel', 'medium'],
      ['module', 'ext4', 'high'],
    ]);
  });

  it('a module that changes after it was seen under the new kernel is an alert', () => {
    const host = { kernel_release: '6.2.0-1', boot_id: 'boot-2' };
    const at = (letter: string) =>
      inventoryOf({ modules: [moduleOf('ext4', sha(letter), {}, '6.2.0-1')] }, host);
    expect(found(inventoryOf(), at('8'), at('9'))).toEqual(['module changed high alert']);
  });
});

describe('what cannot be read', () => {
  const unreadable = (problem = 'permission denied') =>
    inventoryOf({ files: [{ path: '/etc/ld.so.conf', sha256: null, size_bytes: null, problem }] });

  it('is a low event once, and no drift', () => {
    const once = after(inventoryOf(), unreadable());
    expect(once.findings.map(({ change, severity }) => [change, severity])).toEqual([['unreadable', 'low']]);
    expect(once.drift).toEqual([]);
    expect(found(inventoryOf(), unreadable(), unreadable())).toEqual([]);
  });

  it('does not hide a change that happened meanwhile', () => {
    expect(found(inventoryOf(), unreadable(), inventoryOf())).toEqual([]);
    expect(found(inventoryOf(), unreadable(), withFile('a'))).toEqual(['file changed high alert']);
    expect(found(inventoryOf(), inventoryOf({ files: [] }), unreadable(), withFile('a'))).toEqual([
      'file changed high alert',
    ]);
  });

  it('becomes known to the baseline when it is first read', () => {
    expect(found(unreadable(), inventoryOf())).toEqual([]);
    expect(found(unreadable(), inventoryOf(), withFile('a'))).toEqual(['file changed high alert']);
  });

  it('as a whole kind is not taken for its removal', () => {
    const blind = inventoryOf({ modules: [], taint: { value: null, flags: [] } });
    expect(after(inventoryOf(), blind).drift).toEqual([]);
    expect(found(inventoryOf(), blind, inventoryOf())).toEqual([]);
  });
});

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const digests = fc.option(fc.constantFrom('1', '2', '3').map(sha));
const files = (prefix: string) =>
  fc.uniqueArray(
    fc.record({ path: names.map((name) => prefix + name), sha256: digests, size_bytes: fc.constant(1) }),
    {
      selector: ({ path }) => path,
    },
  );
const modules = fc.uniqueArray(
  fc.record({
    name: names,
    path: fc.option(names.map((name) => `/lib/modules/6.1.0-1/${name}.ko`)),
    sha256: digests,
    size_bytes: fc.constant(1),
    taint: fc.constantFrom('', 'E', 'OE', 'P'),
  }),
  { selector: ({ name }) => name, minLength: 1 },
);
const inventories: fc.Arbitrary<Inventory> = fc
  .record({
    modules,
    firmware: files('/lib/firmware/'),
    files: files('/etc/'),
    flags: fc.uniqueArray(fc.constantFrom('unsigned_module', 'kernel_warning', 'out_of_tree_module')),
    boot_id: fc.constantFrom('boot-1', 'boot-2'),
    kernel_release: fc.constantFrom('6.1.0-1', '6.2.0-1'),
  })
  .map(({ flags, boot_id, kernel_release, ...parts }) =>
    inventoryOf({ ...parts, taint: { value: 1, flags } }, { boot_id, kernel_release }),
  );
const readable = (inventory: Inventory): Inventory => ({
  ...inventory,
  modules: inventory.modules.map((each) => ({ ...each, sha256: each.sha256 ?? sha('0') })),
  firmware: inventory.firmware.map((each) => ({ ...each, sha256: each.sha256 ?? sha('0') })),
  files: inventory.files.map((each) => ({ ...each, sha256: each.sha256 ?? sha('0') })),
});
const sorted = (items: readonly Item[]) => items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

describe('for any inventories', () => {
  it('a report without a change finds nothing', () => {
    fc.assert(
      fc.property(inventories, (one) => {
        const result = compareInventories(known(one), snapshotOf(one));
        expect(result.findings.filter(({ change }) => change !== 'unreadable')).toEqual([]);
        expect(result.drift).toEqual([]);
      }),
    );
  });

  it('the same report a second time finds nothing and changes nothing', () => {
    fc.assert(
      fc.property(inventories, inventories, inventories, (one, two, three) => {
        const first = after(one, two, three);
        const second = compareInventories(first.state, snapshotOf(three));
        expect(second.findings).toEqual([]);
        expect(sorted(second.observed)).toEqual(sorted(first.observed));
        expect(sorted(second.baseline)).toEqual(sorted(first.baseline));
        expect(second.drift.map(keyOf).toSorted()).toEqual(first.drift.map(keyOf).toSorted());
      }),
    );
  });

  it('going there and back leaves no drift, and every difference is found in both directions', () => {
    fc.assert(
      fc.property(inventories.map(readable), inventories.map(readable), (one, two) => {
        const there = after(one, two);
        const back = after(one, two, one);
        expect(back.drift).toEqual([]);
        expect(back.findings.every(({ change }) => change === 'restored')).toBe(true);
        expect(back.findings.map(keyOf).toSorted()).toEqual(there.findings.map(keyOf).toSorted());
        expect(sorted(back.observed)).toEqual(sorted(snapshotOf(one).items));
      }),
    );
  });

  it('what one direction adds, the other removes', () => {
    fc.assert(
      fc.property(inventories.map(readable), inventories.map(readable), (one, two) => {
        const keys = (from: Inventory, to: Inventory, wanted: string) =>
          after(from, to)
            .drift.filter(({ change }) => change === wanted)
            .map(keyOf)
            .toSorted();
        expect(keys(one, two, 'added')).toEqual(keys(two, one, 'removed'));
        expect(keys(one, two, 'changed')).toEqual(keys(two, one, 'changed'));
      }),
    );
  });

  it('accepting all drift makes the present state the baseline', () => {
    fc.assert(
      fc.property(inventories, inventories, (one, two) => {
        const { state, drift } = after(one, two);
        const entries = drift.map((entry) => ({ ...entry, alertId: null }));
        const accepted = acceptDrift({ ...state, drift: entries }, () => true);
        expect(accepted.drift).toEqual([]);
        const again = compareInventories({ ...state, baseline: accepted.baseline }, snapshotOf(two));
        expect(again.drift).toEqual([]);
        expect(byKey(accepted.baseline).size).toBe(accepted.baseline.length);
      }),
    );
  });
});
