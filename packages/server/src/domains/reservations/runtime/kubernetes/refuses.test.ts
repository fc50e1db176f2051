import { describe, expect, it } from 'vitest';
import { plainCluster } from '../../../../testing/reservations/cluster-settings.ts';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import { refusesIn } from './refuses.ts';

const settings = { ...plainCluster, patienceMs: 1 };
const builder = {
  address: 'tcp://buildkitd:1234',
  repository: 'registry.test/built',
  image: 'buildkit',
  registrySecret: undefined,
  tlsSecret: undefined,
};
const asked = { ...commandSpec(null), disk: false };

describe('what a cluster refuses at once', () => {
  it('is a Dockerfile where there is no builder, also where there is no default image', () => {
    const withFile = { ...asked, dockerfile: 'FROM x' };
    expect(refusesIn(settings)(withFile)).toContain('builder');
    expect(refusesIn({ ...settings, builder })(withFile)).toBeNull();
    expect(refusesIn({ ...settings, builder, image: undefined })(withFile)).toBeNull();
    expect(refusesIn({ ...settings, image: undefined })(asked)).toContain('default image');
  });

  it('is a profiling job where it has no namespace, and its disk where it has one', () => {
    const profiling = { ...asked, profile: 'profiling' as const };
    expect(refusesIn(settings)(profiling)).toContain('not offered');
    const offered = { ...settings, profilingNamespace: 'profiling' };
    expect(refusesIn(offered)(profiling)).toBeNull();
    expect(refusesIn(offered)({ ...profiling, disk: true })).toContain('no disk');
  });
});
