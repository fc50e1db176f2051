export interface BannerFacts {
  readonly url: string;
  readonly dataDir: string;
  readonly embedded: boolean;
  readonly startedInMs: number;
  readonly sensor: boolean;
  readonly admin: { readonly username: string; readonly password: string | undefined } | undefined;
  readonly adminName: string;
  readonly warnings: readonly string[];
}

/** What a person reads at the start: where everything is, and what to try next. */
export const bannerLines = (facts: BannerFacts): readonly string[] => [
  '',
  `GPUShield is up at ${facts.url} (started in ${(facts.startedInMs / 1000).toFixed(1)} s)`,
  `  console             ${facts.url}/console/`,
  `  API documentation   ${facts.url}/docs`,
  `  data                ${facts.embedded ? `embedded PostgreSQL in ${facts.dataDir}` : 'the PostgreSQL of DATABASE_URL'}`,
  `  sensor              ${facts.sensor ? 'this machine is being watched' : 'not started here (GPUSHIELD_SENSOR=off)'}`,
  ...(facts.admin?.password === undefined
    ? [`  sign in as          ${facts.adminName}`]
    : [
        `  sign in as          ${facts.admin.username} with the password ${facts.admin.password}`,
        '                      (shown this once: change it with `npx gpushield users set-password`)',
      ]),
  '',
  'Try next, in another terminal:',
  '  npx gpushield login                 sign in',
  '  npx gpushield sensors list          this machine, as its sensor reports it',
  '  npx gpushield alerts list --watch   what needs a person',
  ...facts.warnings.flatMap((warning) => ['', `WARNING: ${warning}`]),
  '',
];
