export { attachEmbeddedPostgres } from './attach.ts';
export { DataDirectoryInUse } from './data-lock.ts';
export type { PostmasterExit } from './postmaster.ts';
export { startEmbeddedPostgres } from './start-embedded-postgres.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './start-embedded-postgres.ts';
