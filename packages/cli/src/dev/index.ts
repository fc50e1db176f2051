import type { Program } from '../run.ts';
import { createDevProgram } from './program.ts';
import { gpuDevTool } from './tool.ts';

export const devProgram: Program = { tool: gpuDevTool, create: createDevProgram };
