import { Uuid } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';

export const IdParams = Type.Object({ id: Uuid });

export interface ListDeps {
  readonly cursors: CursorCodec;
}

export interface RegisterDeps {
  readonly newId: () => string;
}

export const notFound = (noun: 'node' | 'GPU' | 'sensor', id: string): AppError =>
  new AppError('not_found', { detail: `There is no ${noun} ${id}` });

/** The row that was just written in this transaction. */
export const written = <T>(row: T | undefined, what: string): T => {
  if (row === undefined) throw new Error(`${what} vanished in the transaction that wrote it`);
  return row;
};
