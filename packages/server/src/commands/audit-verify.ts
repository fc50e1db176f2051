import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { existsSync, createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import {
  parseCheckpoint,
  publicKeysFromPem,
  signerFor,
  verifyTrail,
  type TrailReport,
} from '../platform/audit/index.ts';
import type { Config } from '../config.ts';
import { exitCode, type Command, type CommandContext } from './context.ts';
import { openState } from './open-state.ts';

const forJson = (report: TrailReport): string =>
  JSON.stringify({
    entries: report.entries,
    chains: report.chains,
    broken_chains: report.brokenChains,
    breaks: report.breaks,
    checkpoints: report.checkpoints,
    checkpoint_problems: report.checkpointProblems,
    heads: report.heads.map(({ writerId, sequence, hash }) => ({
      writer_id: writerId,
      sequence,
      hash: hash.toString('hex'),
    })),
  });

const isWhole = (report: TrailReport): boolean =>
  report.brokenChains === 0 && report.checkpointProblems.length === 0;

const forPeople = (report: TrailReport): readonly string[] => [
  `${String(report.entries)} entries in ${String(report.chains)} chains, ${String(report.checkpoints)} checkpoints: ${
    isWhole(report) ? 'whole' : `${String(report.brokenChains)} chains BROKEN`
  }`,
  ...report.breaks.map(
    ({ kind, writerId, sequence, entryId, detail }) =>
      `  ${kind}  writer ${writerId}, entry ${String(sequence)}${entryId === null ? '' : ` (${entryId})`}: ${detail}`,
  ),
  ...report.checkpointProblems.map(
    ({ source, number, detail }) => `  checkpoint ${String(number)} of the ${source}: ${detail}`,
  ),
];

/** Checkpoints of a file, one a line. A line that is none fails the verification with its number. */
async function* readCheckpointFile(path: string) {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line === '') continue;
    try {
      yield parseCheckpoint(line);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Line ${String(number)} of ${path} is not a checkpoint: ${reason}`, { cause: error });
    }
  }
}

/** The server's own key, and those of the files: keys that were in use before. */
const trustedKeys = ({ audit, keys }: Config, files: readonly string[]): ReadonlyMap<string, KeyObject> => {
  const own = signerFor({ pem: audit.signingKey, file: audit.signingKeyFile, seed: keys.auditSigning });
  const others = files.flatMap((file) => [...publicKeysFromPem(readFileSync(file, 'utf8'))]);
  return new Map([[own.keyId, own.publicKey], ...others]);
};

const options = {
  json: { type: 'boolean' },
  checkpoints: { type: 'string' },
  'public-key': { type: 'string', multiple: true },
} as const;

/** A wrong directory must not become a new, empty database that then has no trail. */
const requireTrail = ({ database: { source } }: CommandContext['config']): void => {
  if (source.kind === 'external' || existsSync(join(source.dataDir, 'postgres'))) return;
  throw new Error(
    `There is no audit trail in ${source.dataDir}. Set GPUSHIELD_DATA_DIR or DATABASE_URL as the server has it.`,
  );
};

/**
 * Walks the audit trail and names what was changed, removed, inserted or moved, and what its signed checkpoints say
 * is missing. `--checkpoints FILE`: those of a second place. `--public-key FILE`: further keys that signed. Exit
 * code 1 when something is wrong.
 */
export const auditVerifyCommand: Command = async ({ config, log, say, isTerminal }, args) => {
  const { values } = parseArgs({ args: [...args], options });
  requireTrail(config);
  const keys = trustedKeys(config, values['public-key'] ?? []);
  const showsProgress = isTerminal && values.json !== true;
  const state = await openState(config, log, 'beside');
  try {
    const report = await verifyTrail({
      db: state.db,
      keys,
      ...(values.checkpoints === undefined ? {} : { checkpoints: readCheckpointFile(values.checkpoints) }),
      onProgress: (entries) => {
        if (showsProgress) process.stderr.write(`\r${String(entries)} entries …`);
      },
    });
    if (showsProgress) process.stderr.write('\r\u001b[K');
    if (values.json === true) say(forJson(report));
    else for (const line of forPeople(report)) say(line);
    return isWhole(report) ? exitCode.ok : exitCode.failure;
  } finally {
    await state.close();
  }
};
