export { isPlainKey } from './plain-key.ts';
export { createTestDatabase, testDatabase } from './test-database.ts';
export type { TestDatabase } from './test-database.ts';
export * from './http-harness.ts';
