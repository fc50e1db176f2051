import {
  checkDatabase,
  checkDataDir,
  checkExposure,
  checkNode,
  checkPort,
  checkSensorSight,
  checkSyscallSight,
  type Finding,
} from './doctor-checks.ts';
import { exitCode, type Command } from './context.ts';

const render = ({ name, verdict, detail, remedy }: Finding): readonly string[] => [
  `${verdict.padEnd(4)}  ${name.padEnd(20)} ${detail}`,
  ...(remedy === undefined || verdict === 'ok' ? [] : [`      ${' '.repeat(20)} → ${remedy}`]),
];

/** Looks at what a start would need and says what is wrong and what to do. Exit code 1 when something fails. */
export const doctorCommand: Command = async ({ config, say }, args) => {
  const findings: readonly Finding[] = [
    checkNode(process.versions.node),
    checkDataDir(config),
    await checkDatabase(config),
    await checkPort(config),
    checkExposure(config),
    ...checkSensorSight(process.getuid?.()),
    checkSyscallSight(process.getuid?.()),
  ];
  if (args.includes('--json')) say(JSON.stringify(findings));
  else for (const finding of findings) for (const line of render(finding)) say(line);
  return findings.some(({ verdict }) => verdict === 'fail') ? exitCode.failure : exitCode.ok;
};
