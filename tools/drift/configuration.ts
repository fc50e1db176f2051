import type { Variable } from '../../packages/server/src/config/variable.ts';
import { variables } from '../../packages/server/src/config/variables.ts';

const table = Object.values<Variable<unknown>>(variables);
const groups = [...new Set(table.map(({ group }) => group))];
const inGroup = (group: string): readonly Variable<unknown>[] =>
  table.filter((variable) => variable.group === group);

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The reference of all variables, docs/reference/configuration.md. */
export const renderConfigurationReference = (): string =>
  [
    '# Configuration',
    '',
    '<!-- Generated from packages/server/src/config by `npm run drift -- --write`. Edit it there. -->',
    '',
    'GPUShield reads these environment variables, and a file `.env` in the working directory; the real environment wins. An empty value means unset. All values are checked together before anything starts: the report names each variable that is wrong, its problem and a valid example. Unknown names that start with `GPUSHIELD_` are refused, so that a typing error cannot go unseen.',
    ...groups.flatMap((group) => ['', `## ${group}`, '', ...renderGroup(group)]),
    '',
  ].join('\n');

const renderGroup = (group: string): readonly string[] => [
  '| Variable | Default | Meaning | Example |',
  '|---|---|---|---|',
  ...inGroup(group).map((variable) => {
    const secret = variable.secret ? ' Never shown.' : '';
    const cells = [
      `\`${variable.name}\``,
      defaultCell(variable),
      variable.description + secret,
      code(variable.example),
    ];
    return `| ${cells.map(cell).join(' | ')} |`;
  }),
];

const code = (text: string): string => `\`${text}\``;

const defaultCell = ({ defaultText, whenUnset }: Variable<unknown>): string =>
  defaultText === undefined ? `unset: ${whenUnset ?? ''}` : code(defaultText);

/** `.env.example`: every variable, commented out, so that a copy of it changes nothing until someone does. */
export const renderEnvExample = (): string =>
  [
    '# Copy to .env and uncomment what you need. Without any of it, GPUShield starts with an embedded PostgreSQL',
    '# on http://127.0.0.1:8000. Meanings: docs/reference/configuration.md',
    '# Generated from packages/server/src/config by `npm run drift -- --write`.',
    ...groups.flatMap((group) => ['', `# --- ${group} ---`, ...inGroup(group).flatMap(renderAssignment)]),
    '',
  ].join('\n');

const renderAssignment = (variable: Variable<unknown>): readonly string[] => {
  const { name, description, secret, example, defaultText, whenUnset } = variable;
  const fallback = defaultText === undefined ? `Unset: ${whenUnset ?? ''}.` : `Default: ${defaultText}`;
  return [
    '',
    `# ${description}`,
    `# ${fallback}`,
    secret ? `# e.g. ${name}=${example}\n# ${name}=` : `# ${name}=${example}`,
  ];
};
