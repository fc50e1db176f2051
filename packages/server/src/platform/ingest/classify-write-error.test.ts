import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { DatabaseUnavailable, StatementTimeout } from '../database/errors.ts';
import { classifyWriteError } from './classify-write-error.ts';

const databaseError = (code: string) => Object.assign(new pg.DatabaseError('x', 1, 'error'), { code });

describe('what a failed batch means', () => {
  it.each([
    ['a full disk', databaseError('53100'), 'refuse', 'storage_full'],
    ['no memory in PostgreSQL', databaseError('53200'), 'refuse', 'database_unavailable'],
    ['a lost connection', new DatabaseUnavailable('gone'), 'refuse', 'database_unavailable'],
    ['a cancelled statement', new StatementTimeout('slow'), 'refuse', 'database_unavailable'],
    ['a bad value', databaseError('22P02'), 'data', 'validation_failed'],
    ['a violated constraint', databaseError('23514'), 'data', 'validation_failed'],
    ['a deadlock', databaseError('40P01'), 'again', 'database_unavailable'],
  ])('%s is told apart', (_name, error, kind, code) => {
    expect(classifyWriteError(error)).toMatchObject({ kind, error: { code } });
  });

  it('an error that nobody foresaw stays what it is, so that it is logged as a fault of ours', () => {
    const error = new Error('bug');
    expect(classifyWriteError(error)).toEqual({ kind: 'refuse', error });
  });
});
