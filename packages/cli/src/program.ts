import type { Command } from 'commander';
import { addAgentCommands } from './commands/agents.ts';
import { addAlertCommands } from './commands/alerts.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDetectionCommands } from './commands/detection.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addAuditCommands, addEventCommands, addTelemetryCommands } from './commands/evidence.ts';
import { addFirewallCommands } from './commands/firewall.ts';
import { addHealthCommand } from './commands/health.ts';
import { addInferenceCommands } from './commands/inference.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addLocalCommands } from './commands/local.ts';
import { addNodeCommands } from './commands/nodes.ts';
import { addQueueCommands } from './commands/queues.ts';
import { addProcessCommands, addRuleCommands, addScoreCommands } from './commands/scores.ts';
import { addSensorCommands } from './commands/sensors.ts';
import { addSessionCommands } from './commands/session.ts';
import { addSimulateCommands } from './commands/simulate.ts';
import { addUserCommands } from './commands/users.ts';
import { addWebhookCommands } from './commands/webhooks.ts';
import { defaultUrl, type CommandDeps } from './context.ts';
import { rootCommand } from './root-command.ts';

const exitCodeHelp = `
Exit codes:
  0  done
  1  refused as invalid, or something unforeseen
  2  the command line is wrong; nothing was sent
  3  not signed in, or not allowed
  4  not found
  5  conflict
  6  the server is away, overloaded or too slow
  130  interrupted

Environment:
  GPUSHIELD_URL, GPUSHIELD_API_KEY     as --url and --api-key
  GPUSHIELD_PASSWORD                   the password for login
  GPUSHIELD_NEW_PASSWORD               the password for users create and set-password
  NO_COLOR                             no colours

Ids may be given by their first characters (8 or more), nodes, sensors and users by name.`;

/** The whole command tree. Nothing runs before it is parsed. */
export const createProgram = (deps: CommandDeps): Command => {
  const program = rootCommand(deps, {
    name: 'gpushield',
    description: 'One control plane for a fleet of GPUs: the operator’s command line.',
    after: exitCodeHelp,
  })
    .option('--url <url>', `the server (else GPUSHIELD_URL, where you signed in, ${defaultUrl})`)
    .option('--api-key <key>', 'use this key instead of the sign-in (better: GPUSHIELD_API_KEY)');
  for (const add of [
    addLocalCommands,
    addDoctorCommand,
    addHealthCommand,
    addSessionCommands,
    addUserCommands,
    addKeyCommands,
    addNodeCommands,
    addSensorCommands,
    addTelemetryCommands,
    addEventCommands,
    addAlertCommands,
    addAgentCommands,
    addProcessCommands,
    addScoreCommands,
    addRuleCommands,
    addDetectionCommands,
    addAuditCommands,
    addSimulateCommands,
    addWebhookCommands,
    addQueueCommands,
    addInferenceCommands,
    addFirewallCommands,
    addCompletionCommand,
  ]) {
    add(program, deps);
  }
  return program;
};
