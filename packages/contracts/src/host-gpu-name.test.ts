import { expect, it } from 'vitest';
import { hostGpuName } from './host-gpu-name.ts';

const at = (nodeName: string, clusterId = 'default') => ({ nodeName, clusterId });
const local = 'PCI-0000:4d:00.0';

it('a GPU is called after its node, in a form that is a GPU’s name whatever its node is called', () => {
  expect(hostGpuName(at('node-1'), local)).toBe('HOST-node-1-PCI-0000:4d:00.0');
  expect(hostGpuName(at('node-1', 'prod'), local)).toBe('HOST-prod::node-1-PCI-0000:4d:00.0');
  for (const name of [
    hostGpuName(at('n'.repeat(253)), local),
    hostGpuName(at('rack 1/node@2'), local),
    hostGpuName(at('node-1'), '0'.repeat(1024)),
    hostGpuName(at('node-1'), 'gpu 0 ü'),
  ])
    expect(name).toMatch(/^[A-Za-z0-9._:-]{1,96}$/);
});

it('no two places share a name', () => {
  const places = [
    ...[at('a'), at('b'), at('a', 'prod'), at('prod::a'), at('a b'), at('a_b'), at('a/b')],
    ...[at(`${'n'.repeat(200)}1`), at(`${'n'.repeat(200)}2`)],
  ];
  const names = places.flatMap((place) => [
    hostGpuName(place, local),
    hostGpuName(place, 'PCI-0000:c5:00.0'),
  ]);
  expect(new Set(names).size).toBe(names.length);
});
