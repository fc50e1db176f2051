import { Argument, type Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionTree, type CompletionCommand } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { act, argument, type CommandDeps } from '../context.ts';

const shells: ReadonlyMap<string, (root: CompletionCommand) => string> = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
]);

export const addCompletionCommand = (program: Command, deps: CommandDeps): void => {
  act(
    program
      .command('completion')
      .description(`print a completion script: source <(${program.name()} completion bash)`)
      .addArgument(new Argument('<shell>', 'which shell').choices([...shells.keys()])),
    deps,
    async (_ctx, input) => {
      const script = shells.get(argument(input))?.(completionTree(program)) ?? '';
      deps.io.stdout.write(script);
    },
  );
};
