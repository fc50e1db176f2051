import { devProgram } from '../dev/index.ts';
import { createCliStage, type CliStage } from './cli-stage.ts';

/** The stage with gpu-dev on it. */
export const createDevStage = (): CliStage =>
  createCliStage(devProgram, { url: 'GPU_DEV_API_URL', key: 'GPU_DEV_API_KEY' });
