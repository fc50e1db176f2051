import { join } from 'node:path';
import type { Tool } from '../tool.ts';
import { devHome } from './home.ts';
import { readSettings } from './settings.ts';

const minuteMs = 60_000;

/** gpu-dev: the researcher's command line. */
export const gpuDevTool: Tool = {
  name: 'gpu-dev',
  urlVariable: 'GPU_DEV_API_URL',
  keyVariable: 'GPU_DEV_API_KEY',
  debugVariable: 'GPU_DEV_DEBUG',
  keyHint: 'GPU_DEV_API_KEY',
  whenDown: 'Is the address right? It comes from --url, GPU_DEV_API_URL, or `gpu-dev config show`.',
  whenSlow: 'Try again; if it stays so, tell who runs the server.',
  renewBeforeMs: 5 * minuteMs,
  credentialsPath: (place) => join(devHome(place), 'credentials'),
  configuredUrl: async (io) => (await readSettings(io)).api_url,
};
