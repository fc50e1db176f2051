import { execFileSync, spawn } from 'node:child_process';

/** Pythons that may be there; the first that has the module is taken. */
const candidates = ['python3', '/opt/pyvenv/bin/python3'] as const;

const has = (python: string, module: string): boolean => {
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A Python with a module; undefined, with one loud line of what is not tested, where there is none. */
export const findPython = (module: string, untested: string): string | undefined => {
  const found = candidates.find((python) => has(python, module));
  if (found === undefined)
    console.warn(`NOT TESTED: ${untested}: no python3 with the module ${module} is here`);
  return found;
};

export interface PythonResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program from its text. */
export const runPython = async (
  python: string,
  program: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PythonResult> => {
  const child = spawn(python, ['-'], { env: { ...process.env, ...env }, timeout: 60_000 });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString('utf8')));
  child.stdin.end(program);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
};
