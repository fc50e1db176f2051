import { flatten, type CompletionCommand, type CompletionOption } from './tree.ts';

/** Inside single quotes, within a specification of _arguments or _describe. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:\\]/g, '\\$&');

const functionName = (root: string, command: CompletionCommand): string =>
  ['', root, ...command.path].join('_').replaceAll('-', '_');

const optionSpecs = (option: CompletionOption): readonly string[] => {
  const value = option.takesValue ? `:value:(${option.values.join(' ')})` : '';
  return option.flags.map((flag) => `    '*${flag}[${quoted(option.description)}]${value}'`);
};

const body = (root: string, command: CompletionCommand): string => {
  const name = functionName(root, command);
  const options = command.options.flatMap(optionSpecs).join(' \\\n');
  if (command.commands.length === 0) {
    const values = command.values.length === 0 ? '' : ` \\\n    ':value:(${command.values.join(' ')})'`;
    return `${name}() {\n  _arguments \\\n${options}${values}\n}`;
  }
  const children = command.commands
    .map((child) => `    '${child.name}:${quoted(child.description)}'`)
    .join('\n');
  const calls = command.commands
    .map((child) => `    ${child.name}) ${functionName(root, child)} ;;`)
    .join('\n');
  return `${name}() {
  local context state line
  typeset -A opt_args
  local -a children=(
${children}
  )
  _arguments -C \\
${options} \\
    '1:command:->command' '*::argument:->argument'
  case $state in
  command) _describe command children ;;
  argument) case $line[1] in
${calls}
    esac ;;
  esac
}`;
};

/** Completion for zsh: put the output into a file `_gpushield` of a folder in $fpath, or source it. */
export const zshCompletion = (root: CompletionCommand): string => {
  const name = functionName(root.name, root);
  const functions = flatten(root).map((command) => body(root.name, command));
  return `#compdef ${root.name}
# zsh completion of ${root.name}. Load it with: source <(${root.name} completion zsh)
${functions.join('\n')}
if [[ $funcstack[1] == ${name} ]]; then ${name} "$@"; else compdef ${name} ${root.name}; fi
`;
};
