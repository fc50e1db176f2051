import type { Command } from 'commander';
import { addCompletionCommand } from '../commands/completion.ts';
import type { CommandDeps } from '../context.ts';
import { rootCommand } from '../root-command.ts';
import { addCancelCommand } from './cancel.ts';
import { addClusterCommands } from './cluster.ts';
import { addConfigCommands } from './config.ts';
import { addConnectCommand } from './connect.ts';
import { addLookCommands } from './list.ts';
import { addLoginCommands } from './login.ts';
import { addDebugCommand } from './debug.ts';
import { addDiskCommands } from './disks.ts';
import { addEditCommand } from './edit.ts';
import { addLogsCommand } from './logs.ts';
import { addSetupCommand } from './setup.ts';
import { addSshConfigCommand } from './ssh-config.ts';
import { addSubmitCommand } from './submit.ts';
import { addReserveCommand } from './reserve.ts';
import { signInAgain } from './sign-in/aws.ts';

const help = `
Start with: gpu-dev login; gpu-dev avail; gpu-dev reserve -t cpu-x86 -h 0.25; gpu-dev connect

Exit codes:
  0  done
  1  refused as invalid, or something unforeseen
  2  the command line is wrong; nothing was sent
  3  not signed in, or not allowed
  4  not found
  5  conflict: the job's state, a disk in use
  6  the server is away, overloaded or too slow
  130  interrupted; jobs go on
connect ends with the shell's exit code, submit with the command's (124: its time was over; 125: it has none).

Environment:
  GPU_DEV_API_URL    the server (before the configuration)
  GPU_DEV_API_KEY    an API key in place of the sign-in
  GPU_DEV_PASSWORD   the password for login
  GPU_DEV_HOME       in place of ~/.gpu-dev
  NO_COLOR           no colours`;

/** The researcher's command tree. */
export const createDevProgram = (given: CommandDeps): Command => {
  const deps: CommandDeps = { ...given, signInAgain };
  const program = rootCommand(deps, {
    name: 'gpu-dev',
    description: 'A GPU in a minute: reserve, connect, keep your disk.',
    after: help,
  }).option('--url <url>', 'the server (else GPU_DEV_API_URL, the configuration, this machine)');
  for (const add of [
    addLoginCommands,
    addClusterCommands,
    addReserveCommand,
    addSubmitCommand,
    addLookCommands,
    addLogsCommand,
    addConnectCommand,
    addSshConfigCommand,
    addEditCommand,
    addCancelCommand,
    addDebugCommand,
    addDiskCommands,
    addSetupCommand,
    addConfigCommands,
    addCompletionCommand,
  ]) {
    add(program, deps);
  }
  return program;
};
