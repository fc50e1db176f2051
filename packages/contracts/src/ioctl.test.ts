import { describe, expect, it } from 'vitest';
import { decodeIoctl } from './ioctl.ts';

const request = (magic: string, command: number, size = 32) =>
  (3 << 30) | (size << 16) | (magic.charCodeAt(0) << 8) | command;

describe('an ioctl request', () => {
  it.each([
    [request('F', 0x2a), undefined, 'nvidia:rm_control'],
    [request('F', 0x5c), undefined, 'nvidia:export_object_to_fd'],
    [request('F', 217), undefined, 'nvidia:export_to_dmabuf_fd'],
    [request('F', 211), 0x4d, 'nvidia:access_registry'],
    [request('F', 211), undefined, 'nvidia:wrapped'],
    [request('K', 0x1d), undefined, 'kfd:import_dmabuf'],
    [request('d', 0x2d), undefined, 'drm:prime_handle_to_fd'],
    [request('T', 1), undefined, undefined],
  ])('%i with inner command %s is %s', (number, inner, name) => {
    expect(decodeIoctl(number, inner).name).toBe(name);
  });

  it('gives its size and magic, signed or not', () => {
    expect(decodeIoctl(request('F', 0x2a, 0x120))).toMatchObject({
      magic: 'F',
      command: 0x2a,
      sizeBytes: 0x120,
    });
    expect(decodeIoctl(request('F', 0x2a) >>> 0)).toEqual(decodeIoctl(request('F', 0x2a)));
    expect(decodeIoctl(0x0001)).toMatchObject({ magic: '0x0', name: undefined });
  });
});
