import { migrate } from '../platform/database/index.ts';
import { exitCode, type Command } from './context.ts';
import { openState } from './open-state.ts';

/** Brings the schema up to date and ends. */
export const migrateCommand: Command = async ({ config, log, say }) => {
  const state = await openState(config, log);
  try {
    const { applied } = await migrate(state.db, log);
    say(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`);
    return exitCode.ok;
  } finally {
    await state.close();
  }
};
