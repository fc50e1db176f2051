import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { exitCodes } from './exit-codes.ts';
import { createProcessIo } from './process-io.ts';
import { run, type Program } from './run.ts';

/** Runs this process's command line with one of our programs. */
export const startProgram = async (program?: Program): Promise<void> => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { version } = Parse(Type.Object({ version: Type.String() }), manifest);
  // `gpushield … | head` closes the pipe early: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await run(process.argv.slice(2), {
    io: createProcessIo(),
    version,
    ...(program === undefined ? {} : { program }),
  });
  // What was waited for when Ctrl-C came must not keep the process.
  if (process.exitCode === exitCodes.interrupted) process.exit();
};
