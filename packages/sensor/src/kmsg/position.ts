import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { readJsonFile, writeJsonFile } from '../state-file.ts';

const Position = Type.Object({ boot_id: Type.String(), sequence: Type.Integer() });
/** The last kernel record whose event is in the spool; sequences start anew with each boot. */
export type Position = Static<typeof Position>;

export const markOf = ({ boot_id, sequence }: Position): string => `kmsg ${boot_id} ${sequence}`;
const parseMark = (mark: string | undefined): Position | null => {
  const match = /^kmsg (\S+) (\d+)$/.exec(mark ?? '');
  return match?.[1] === undefined ? null : { boot_id: match[1], sequence: Number(match[2]) };
};

/**
 * Where reading goes on after a restart. The spool's own mark is written together with the events and so is right
 * even when a crash came before `save`; the file serves when the spool has forgotten.
 */
export const createPositionFile = ({
  stateDir,
  spoolMark,
}: {
  stateDir: string;
  spoolMark: string | undefined;
}) => {
  const path = join(stateDir, 'kernel-log.json');
  return {
    /** The sequence that was handled last in this boot; -1 for none. */
    load: async (bootId: string): Promise<number> => {
      const stored = await readJsonFile(path);
      const candidates = [Value.Check(Position, stored) ? stored : null, parseMark(spoolMark)];
      return Math.max(-1, ...candidates.map((one) => (one?.boot_id === bootId ? one.sequence : -1)));
    },
    save: (position: Position): Promise<void> => writeJsonFile(path, position, { sync: false }),
  };
};
export type PositionFile = ReturnType<typeof createPositionFile>;
