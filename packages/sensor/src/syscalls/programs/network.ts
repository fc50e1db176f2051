import type { Probe } from './probe.ts';

const at = (type: string, offset: number): string => `*(${type}*)uptr($a + ${String(offset)})`;

const dup = (syscall: string): Probe => ({
  syscall,
  at: 'enter',
  // Shells do this for every redirection: it counts only in a process that connected somewhere.
  when: 'args->newfd <= 2 && @connected[pid] == 1',
  numbers: [
    ['oldfd', 'args->oldfd'],
    ['newfd', 'args->newfd'],
  ],
  perSecond: 10,
});

/** Where processes connect to, and what they do with the connection. */
export const networkProbes: readonly Probe[] = [
  {
    syscall: 'connect',
    at: 'enter',
    setup: `$a = (uint64)args->uservaddr; $f = ${at('uint16', 0)}; $p = ${at('uint16', 2)};
  $v4 = ${at('uint32', 4)}; $hi = ${at('uint64', 8)}; $lo = ${at('uint64', 16)};`,
    // IPv4 and IPv6; the same place counts once a second.
    when: '($f == 2 || $f == 10) && @reached[pid, $p, $f == 2 ? (uint64)$v4 : $lo] == 0',
    then: '@reached[pid, $p, $f == 2 ? (uint64)$v4 : $lo] = 1; @connected[pid] = 1;',
    numbers: [
      ['fd', 'args->fd'],
      ['family', '$f'],
      ['port', '$p & 0xffff'],
      ['address_high', '$f == 2 ? (uint64)$v4 : $hi'],
      ['address_low', '$lo'],
    ],
    perSecond: 40,
  },
  dup('dup2'),
  dup('dup3'),
  {
    syscall: 'socket',
    at: 'enter',
    // Packet sockets, and raw ones of IPv4 and IPv6.
    when: 'args->family == 17 || ((args->type & 15) == 3 && (args->family == 2 || args->family == 10))',
    numbers: [
      ['domain', 'args->family'],
      ['type', 'args->type & 15'],
      ['protocol', 'args->protocol'],
    ],
    perSecond: 10,
  },
];
