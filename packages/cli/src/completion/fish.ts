import { flatten, type CompletionCommand, type CompletionOption } from './tree.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const condition = (root: string, path: readonly string[]): string =>
  `-n ${quoted(`__${root}_at ${path.join(' ')}`.trim())}`;

const optionLine = (root: string, command: CompletionCommand, option: CompletionOption): string => {
  const names = option.flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  const value = option.takesValue ? [`-r -a ${quoted(option.values.join(' '))}`] : [];
  return [
    'complete -c',
    root,
    condition(root, command.path),
    ...names,
    ...value,
    '-d',
    quoted(option.description),
  ].join(' ');
};

const linesOf = (root: string, command: CompletionCommand): readonly string[] => [
  ...command.commands.map((child) =>
    [
      'complete -c',
      root,
      condition(root, command.path),
      '-a',
      child.name,
      '-d',
      quoted(child.description),
    ].join(' '),
  ),
  ...(command.values.length === 0
    ? []
    : [
        ['complete -c', root, condition(root, command.path), '-a', quoted(command.values.join(' '))].join(
          ' ',
        ),
      ]),
  ...command.options.map((option) => optionLine(root, command, option)),
];

/** Completion for fish: `gpushield completion fish | source`. */
export const fishCompletion = (root: CompletionCommand): string => {
  const all = flatten(root);
  const paths = all
    .filter((command) => command.path.length > 0)
    .map((command) => quoted(command.path.join(' ')));
  return `# fish completion of ${root.name}. Load it with: ${root.name} completion fish | source
function __${root.name}_at
  set -l path
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $path $word) ${paths.join(' ')}; and set -a path $word
  end
  test (string join ' ' $path) = (string join ' ' $argv)
end
complete -c ${root.name} -f
${all.flatMap((command) => linesOf(root.name, command)).join('\n')}
`;
};
