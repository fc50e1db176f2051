import type { Command, Option } from 'commander';

/** A command as completion scripts need it: plain data, without commander. */
export interface CompletionOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

export interface CompletionCommand {
  readonly name: string;
  /** Names from the program on, without the program's own. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletionOption[];
  readonly values: readonly string[];
  readonly commands: readonly CompletionCommand[];
}

const optionOf = (option: Option): CompletionOption => ({
  flags: [option.long, option.short].flatMap((flag) => flag ?? []),
  description: option.description,
  takesValue: option.required || option.optional,
  values: option.argChoices ?? [],
});

/** Reads the tree below a command. Global options are completed everywhere. */
export const completionTree = (
  command: Command,
  path: readonly string[] = [],
  inherited: readonly CompletionOption[] = [],
): CompletionCommand => {
  const own = command.createHelp().visibleOptions(command).map(optionOf);
  const options = path.length === 0 ? own : [...own, ...inherited];
  const handedDown =
    path.length === 0
      ? own.filter((option) => !option.flags.includes('--version') && !option.flags.includes('--help'))
      : inherited;
  return {
    name: command.name(),
    path,
    description: command.description(),
    options,
    values: command.registeredArguments.flatMap((one) => one.argChoices ?? []),
    commands: command.commands
      .filter((child) => child.name() !== 'help')
      .map((child) => completionTree(child, [...path, child.name()], handedDown)),
  };
};

/** The command and everything below it, parents first. */
export const flatten = (command: CompletionCommand): readonly CompletionCommand[] => [
  command,
  ...command.commands.flatMap(flatten),
];
