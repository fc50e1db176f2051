import { isatty } from 'node:tty';
import { auditVerifyCommand } from './commands/audit-verify.ts';
import { exitCode, type Command, type CommandContext } from './commands/context.ts';
import { doctorCommand } from './commands/doctor.ts';
import { migrateCommand } from './commands/migrate.ts';
import { isWrongArguments, parseServeArguments } from './commands/serve-arguments.ts';
import { serveCommand } from './commands/serve.ts';
import { ConfigError, loadConfig, readEnvFile, systemContext } from './config.ts';
import { destination } from 'pino';
import { createLogger } from './platform/observability/logger.ts';
import { readVersion } from './version.ts';

/*
 * The only reader of process.env, the only one who hears signals. `start` is for a person at a terminal: the server
 * with this machine's sensor beside it, few lines to read, the log on standard error from warnings up. `serve` is
 * for a service manager: the log as JSON lines on standard output.
 */

const commands: Readonly<Record<string, Command>> = {
  start: (context) => serveCommand({ ...context, isTerminal: true }, ['--with-sensor']),
  serve: serveCommand,
  migrate: migrateCommand,
  doctor: doctorCommand,
  'audit-verify': auditVerifyCommand,
};

const helpWords = new Set(['--help', '-h', 'help']);
const helpText = `Commands of the server:
  start                              the server and this machine's sensor, for a person at a terminal
  serve [--roles api,worker]         the server for a service manager; with DATABASE_URL, --roles api answers
                                     clients and --roles worker handles queues, schedules and sinks
  migrate                            bring the database to this version
  doctor [--json]                    what a start would need, and what is wrong
  audit-verify [--json] [--checkpoints FILE] [--public-key FILE]...
                                     find what was changed, removed, inserted or moved in the audit trail
All variables: docs/reference/configuration.md
`;

const stdoutFd = 1;
const stderrFd = 2;

const stopSignal = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve(signal);
        // A second signal means it: Node's default ends the process at once.
      });
    }
  });

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const contextFor = (name: string, args: readonly string[]): CommandContext => {
  const cwd = process.cwd();
  const given = name === 'serve' ? parseServeArguments(args).env : {};
  const env = { ...readEnvFile(`${cwd}/.env`), ...process.env, ...given };
  const config = loadConfig(env, systemContext(cwd));
  const forPeople = name !== 'serve';
  const level =
    forPeople && env['GPUSHIELD_LOG_LEVEL'] === undefined && !config.debug ? 'warn' : config.logLevel;
  const log = createLogger({
    level,
    service: 'gpushield',
    destination: destination({ fd: forPeople ? stderrFd : stdoutFd, sync: forPeople }),
  });
  return {
    config,
    log,
    version: readVersion(),
    say,
    stopRequested: stopSignal(),
    childEnv: env,
    isTerminal: isatty(stdoutFd),
  };
};

const main = async (argv: readonly string[]): Promise<number> => {
  const [name = 'serve', ...args] = argv;
  if (helpWords.has(name) || args.some((arg) => helpWords.has(arg))) {
    process.stdout.write(helpText);
    return exitCode.ok;
  }
  const command = commands[name];
  if (command === undefined) {
    process.stderr.write(`There is no command ${name}.\n${helpText}`);
    return exitCode.usage;
  }
  try {
    return await command(contextFor(name, args), args);
  } catch (error) {
    const text =
      error instanceof ConfigError ? error.report : error instanceof Error ? error.message : String(error);
    process.stderr.write(`${text}\n`);
    return error instanceof ConfigError || isWrongArguments(error) ? exitCode.usage : exitCode.failure;
  }
};

process.exitCode = await main(process.argv.slice(2));
