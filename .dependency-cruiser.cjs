const domainIndex = '^packages/server/src/domains/[^/]+/index\\.ts$';
const testFiles = '\\.test\\.ts$|/testing/';

/** Who may import whom. The direction is contracts ← platform ← domains ← app ← main (docs/architecture.md). */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'Every import must lead somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contracts-stand-alone',
      comment: 'Everything imports the contracts, so they import nothing of ours, and do no I/O.',
      severity: 'error',
      from: { path: '^packages/contracts/', pathNot: testFiles },
      to: {
        path: [
          '^packages/(?!contracts/)',
          '^(node:)?(fs|net|http|https|child_process|dns|worker_threads)(/|$)',
        ],
      },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'The platform is what every domain stands on.',
      severity: 'error',
      from: { path: '^packages/server/src/platform/', pathNot: testFiles },
      to: { path: '^packages/(?!contracts/|server/src/platform/)' },
    },
    {
      name: 'domains-know-platform-and-contracts',
      comment: 'Not the app, not the configuration: what a domain needs comes as an argument.',
      severity: 'error',
      from: { path: '^packages/server/src/domains/', pathNot: testFiles },
      to: { path: '^packages/(?!contracts/|server/src/(platform|domains)/)' },
    },
    {
      name: 'domains-meet-through-index',
      comment: 'Another domain is its index.ts and nothing behind it.',
      severity: 'error',
      from: { path: '^packages/server/src/domains/([^/]+)/', pathNot: testFiles },
      to: {
        path: '^packages/server/src/domains/',
        pathNot: ['^packages/server/src/domains/$1/', domainIndex],
      },
    },
    {
      name: 'app-enters-domains-by-the-door',
      severity: 'error',
      from: { path: '^packages/server/src/([^/]+\\.ts$|app/|commands/)', pathNot: testFiles },
      to: { path: '^packages/server/src/domains/', pathNot: domainIndex },
    },
    {
      name: 'configuration-knows-platform-only',
      severity: 'error',
      from: { path: '^packages/server/src/config(/|\\.ts$)', pathNot: testFiles },
      to: { path: '^packages/(?!contracts/|server/src/(platform/|config(/|\\.ts$)))' },
    },
    {
      name: 'main-is-the-end',
      comment: 'Nothing imports main.ts: it reads the environment and handles signals.',
      severity: 'error',
      from: { pathNot: '^packages/server/src/main\\.ts$' },
      to: { path: '^packages/server/src/main\\.ts$' },
    },
    {
      name: 'sensor-and-cli-know-contracts-only',
      comment: 'They talk to the server over HTTP.',
      severity: 'error',
      from: { path: '^packages/(sensor|cli)/', pathNot: testFiles },
      to: { path: '^packages/', pathNot: ['^packages/(contracts|simulator)/', '^packages/$1/'] },
    },
    {
      name: 'console-knows-the-sdk-only',
      comment:
        'It runs in browsers: the API is all that it knows, and its types come from the OpenAPI document.',
      severity: 'error',
      from: { path: '^packages/console/', pathNot: testFiles },
      to: { path: ['^packages/(?!console/|sdk/)', '^(node:)?(fs|net|http|https|child_process|dns)(/|$)'] },
    },
    {
      name: 'simulator-stands-on-contracts',
      comment: 'Models of GPUs are pure: the command line sends what they say, benches judge it.',
      severity: 'error',
      from: { path: '^packages/simulator/', pathNot: testFiles },
      to: {
        path: ['^packages/(?!contracts/|simulator/)', '^(node:)?(fs|net|http|https|child_process|dns)(/|$)'],
      },
    },
    {
      name: 'acceptance-is-black-box',
      comment: 'The acceptance suite must be able to judge a rewrite: HTTP only.',
      severity: 'error',
      from: { path: '^tests/acceptance/' },
      to: { path: '^packages/server/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^packages/', pathNot: testFiles },
      to: { path: testFiles },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^packages/', pathNot: testFiles },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '\\.d\\.ts$'] },
    exclude: { path: ['(^|/)dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.cjs', '.d.ts'],
    },
  },
};
