import { flatten, type CompletionCommand } from './tree.ts';

/** Every word of the script is ours and of this form, so that nothing needs quoting. */
const words = (list: readonly string[]): string =>
  list.filter((word) => /^[A-Za-z0-9_.:=-]+$/.test(word)).join(' ');

const commandCase = (command: CompletionCommand): string => {
  const flags = command.options.flatMap((option) => option.flags);
  const offered = [...command.commands.map((child) => child.name), ...command.values];
  return `    '${command.path.join(' ')}') commands='${words(offered)}'; options='${words(flags)}' ;;`;
};

const valueCases = (command: CompletionCommand): readonly string[] =>
  command.options
    .filter((option) => option.takesValue)
    .map(
      (option) =>
        `    ${option.flags.map((flag) => `'${[...command.path, flag].join(' ')}'`).join('|')}) values='${words(option.values)}'; takes=1 ;;`,
    );

const pathWords = (all: readonly CompletionCommand[]): string =>
  all
    .filter((command) => command.path.length > 0)
    .map((command) => `'${command.path.join(' ')}'`)
    .join('|');

/** Completion for bash 4 and later: `source <(gpushield completion bash)`. */
export const bashCompletion = (root: CompletionCommand): string => {
  const all = flatten(root);
  return `# bash completion of ${root.name}. Load it with: source <(${root.name} completion bash)
_${root.name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path='' word next i commands='' options='' values='' takes=0
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -* ]] && continue
    next="\${path:+$path }$word"
    case "$next" in
    ${pathWords(all)}) path=$next ;;
    esac
  done
  case "\${path:+$path }$previous" in
${all.flatMap(valueCases).join('\n')}
  esac
  if ((takes)); then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$path" in
${all.map(commandCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -F _${root.name} ${root.name}
`;
};
