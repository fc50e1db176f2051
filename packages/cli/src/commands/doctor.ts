import type { Command } from 'commander';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { cleanLine } from '../text/clean.ts';
import type { Colour } from '../text/paint.ts';
import {
  checkDetails,
  checkSensors,
  checkServer,
  checkSignIn,
  checkVersions,
  type Finding,
} from './doctor-checks.ts';
import { runServer } from './local.ts';

const colours: Readonly<Record<Finding['level'], Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };
const levelWidth = 4;

const printFinding = (ctx: CommandContext, { level, subject, text, remediation }: Finding): void => {
  const line = `${ctx.out.paint(colours[level], level.padEnd(levelWidth))}  ${cleanLine(subject)}: ${cleanLine(text)}`;
  ctx.out.paintedLine(remediation === undefined ? line : `${line}\n      → ${cleanLine(remediation)}`);
};

/** The server's own doctor reads this machine's configuration: it says nothing about a server elsewhere. */
const serverDoctor = async (ctx: CommandContext): Promise<Finding> => {
  const subject = 'configuration';
  if (ctx.io.mainOf('@gpushield/server') === undefined) {
    return {
      level: 'warn',
      subject,
      text: 'the server is not installed here, so its configuration was not checked',
      remediation: 'Run `gpushield doctor` on the server’s machine.',
    };
  }
  ctx.out.note('What the server’s own doctor says of this machine:');
  const code = await runServer(ctx, 'doctor', [], { stdoutToStderr: ctx.out.json });
  if (code === 0)
    return { level: 'ok', subject, text: 'the server’s own doctor found nothing wrong on this machine' };
  return {
    level: 'fail',
    subject,
    text: `the server’s own doctor ended with ${code}`,
    remediation: 'Do what its lines say.',
  };
};

const examine = async (ctx: CommandContext, options: { readonly remote?: boolean }): Promise<ExitCode> => {
  const findings: Finding[] = [];
  const note = (finding: Finding): void => {
    findings.push(finding);
    if (!ctx.out.json) printFinding(ctx, finding);
  };
  note(checkVersions(ctx.version, ctx.io.nodeVersion));
  const server = await checkServer(ctx);
  note(server);
  // Without a server the rest would say the same thing again.
  if (!server.text.startsWith('Connection refused')) {
    const signIn = await checkSignIn(ctx);
    note(signIn);
    if (signIn.level !== 'fail') {
      note(await checkSensors(ctx));
      for (const finding of await checkDetails(ctx)) note(finding);
    }
  }
  if (options.remote !== true) note(await serverDoctor(ctx));
  if (ctx.out.json) ctx.out.value(findings);
  return findings.some((finding) => finding.level === 'fail') ? exitCodes.failure : exitCodes.ok;
};

export const addDoctorCommand = (program: Command, deps: CommandDeps): void => {
  act<{ remote?: boolean }>(
    program
      .command('doctor')
      .description(
        'check this command line, the server, the sign-in, the sensors and this machine’s configuration',
      )
      .option('--remote', 'leave this machine’s configuration out'),
    deps,
    (ctx, { options }) => examine(ctx, options),
  );
};
