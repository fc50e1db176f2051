// Runs under any Node: finds the Node 26 that the package `node` brings, and starts a command line with it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const requiredMajor = 26;

const suits = () => Number(process.versions.node.split('.')[0]) >= requiredMajor;

const findNode = () => {
  if (suits()) return process.execPath;
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
};

/** Runs `src/<name>.ts` with this process's arguments, signals and exit code. */
export const launch = (name) => {
  const main = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  const binary = findNode();
  if (binary === undefined) {
    process.stderr.write(
      `${name} needs Node ${requiredMajor}; this is ${process.version}, and the package "node" is not installed.\n` +
        'Run `npm install` in the GPUShield folder first.\n',
    );
    process.exit(1);
  }

  const child = spawn(binary, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the whole foreground group: sending it on would deliver it twice, and twice means "now".
  const forwarded = process.stdin.isTTY ? ['SIGTERM', 'SIGUSR2'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  const ignored = process.stdin.isTTY ? ['SIGINT', 'SIGHUP'] : [];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  for (const signal of ignored) process.on(signal, () => {});

  child.on('error', (error) => {
    process.stderr.write(`${name} could not start ${binary}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    for (const name of [...forwarded, ...ignored]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
};
