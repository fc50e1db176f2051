import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { readJsonFile, writeJsonFile } from '../state-file.ts';

const Cursor = Type.Object({
  /** Every entry up to this one is delivered or set aside. */
  acknowledged: Type.Integer({ minimum: 0 }),
  /** The samples that are under way together: sent again after a crash, they go under the same key. */
  plan: Type.Union([
    Type.Object({ first: Type.Integer(), last: Type.Integer(), size: Type.Integer() }),
    Type.Null(),
  ]),
  /** Records that were lost and of which no heartbeat told yet. */
  dropped: Type.Object({ telemetry: Type.Integer(), evidence: Type.Integer() }),
});
export type Cursor = Static<typeof Cursor>;

/**
 * Where delivery stands, kept in a file. A full disk must not stop delivering, since that is what frees it: a write
 * that fails is told in `problem` and costs, after a crash, a second delivery that the server recognises.
 */
export const openCursor = async (path: string) => {
  const stored = await readJsonFile(path);
  const value: Cursor = Value.Check(Cursor, stored)
    ? stored
    : { acknowledged: 0, plan: null, dropped: { telemetry: 0, evidence: 0 } };
  let problem: string | null = null;
  return {
    value,
    problem: (): string | null => problem,
    save: async ({ sync }: { sync: boolean }): Promise<void> => {
      try {
        await writeJsonFile(path, value, { sync });
        problem = null;
      } catch (error) {
        problem = error instanceof Error ? error.message.slice(0, 200) : 'unknown error';
      }
    },
  };
};
export type CursorFile = Awaited<ReturnType<typeof openCursor>>;
