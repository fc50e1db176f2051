import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Programs that a person or the system starts: only they see the process's environment. */
const entryPoints = [
  'packages/*/src/main.ts',
  'packages/cli/src/*.ts',
  'packages/cli/bin/**',
  'bench/**',
  'tools/**',
];
const tests = ['**/*.test.ts', 'tests/**/*.ts', 'packages/*/src/testing/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      'coverage/',
      '**/.gpushield/',
      '.whl/',
      'shared/',
      '**/*.generated.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An index signature is read with brackets, a known property with a dot; the compiler knows which is which.
      '@typescript-eslint/dot-notation': 'off',
      // Types of one name and interfaces of many are both fine.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Our factories return closures that never read `this`, and their interfaces are written as methods.
      '@typescript-eslint/unbound-method': 'off',
      // An async function without await is how a synchronous thing fits an asynchronous interface.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `return reply.send()` and `void | T` say what they mean.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `() => {}` says "nothing to do" well enough.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // Spreading a string walks its code points, which is what parsers and distances want.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment; take a Config.' },
      ],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
    },
  },
  {
    files: entryPoints,
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: tests,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-properties': 'off',
      'no-console': 'off',
      // vitest's asymmetric matchers are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // Word lists: data that happens to be code.
    files: ['tools/firewall/*-grammar.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // Components are mostly markup: a function of them is as long as what it shows.
    files: ['packages/console/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 120 }] },
  },
  {
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
