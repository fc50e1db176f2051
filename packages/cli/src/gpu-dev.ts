import { devProgram } from './dev/index.ts';
import { startProgram } from './start-program.ts';

await startProgram(devProgram);
