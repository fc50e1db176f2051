import type { Probe } from './probe.ts';

/** Calls that reach into the kernel itself. */
export const kernelProbes: readonly Probe[] = [
  { syscall: 'init_module', at: 'enter', numbers: [], perSecond: 10 },
  { syscall: 'finit_module', at: 'enter', numbers: [['fd', 'args->fd']], perSecond: 10 },
  {
    syscall: 'delete_module',
    at: 'enter',
    numbers: [],
    text: ['module', 'str(args->name_user)'],
    perSecond: 10,
  },
  {
    syscall: 'bpf',
    at: 'enter',
    when: 'args->cmd == 5',
    numbers: [['bpf_command', 'args->cmd']],
    perSecond: 5,
  },
  { syscall: 'perf_event_open', at: 'enter', numbers: [['target_pid', '(int32)args->pid']], perSecond: 2 },
  { syscall: 'userfaultfd', at: 'enter', numbers: [['flags', 'args->flags']], perSecond: 5 },
  { syscall: 'kexec_load', at: 'enter', numbers: [['flags', 'args->flags']], perSecond: 5 },
  { syscall: 'kexec_file_load', at: 'enter', numbers: [['flags', 'args->flags']], perSecond: 5 },
  { syscall: 'reboot', at: 'enter', numbers: [['reboot_command', 'args->cmd']], perSecond: 5 },
];
