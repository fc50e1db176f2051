import type { Probe } from './probe.ts';

/** Magic letters of drivers: F of NVIDIA, K of AMD's KFD, d of DRM, b of DMA-buf, H of its heaps. */
const magics = [0x46, 0x4b, 0x64, 0x62, 0x48];

/** How processes use GPUs and their shared memory. Whether the descriptor is such a device is asked in user space. */
export const gpuProbes: readonly Probe[] = [
  {
    syscall: 'ioctl',
    at: 'enter',
    setup: `$m = (args->cmd >> 8) & 0xff; $inner = (uint32)0;
  if ((args->cmd & 0xffff) == 0x46d3) { $inner = *(uint32*)uptr(args->arg); }`,
    when: `(${magics.map((magic) => `$m == ${String(magic)}`).join(' || ')})`,
    numbers: [
      ['fd', 'args->fd'],
      ['request', '(uint32)args->cmd'],
      ['inner_command', '$inner'],
    ],
    perSecond: 20,
    repeats: {},
  },
  {
    syscall: 'mmap',
    at: 'enter',
    // Only a process that opened a device is asked further.
    when: '(int32)args->fd >= 0 && @gpu[pid] == 1',
    numbers: [
      ['fd', '(int32)args->fd'],
      ['prot', 'args->prot'],
      ['length', 'args->len'],
    ],
    perSecond: 5,
  },
];
