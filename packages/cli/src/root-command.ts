import { Command } from 'commander';
import type { CommandDeps } from './context.ts';

export interface RootDescription {
  readonly name: string;
  readonly description: string;
  /** What follows the help. */
  readonly after: string;
}

/** The root of a command tree with what all of ours have: output through `io`, errors thrown, --json and the like. */
export const rootCommand = (deps: CommandDeps, { name, description, after }: RootDescription): Command => {
  const { io } = deps;
  return new Command(name)
    .description(description)
    .version(deps.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--json', 'print what the API answers, as JSON')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'results and errors only')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', after)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    });
};
