/*
 * Runs benches one after the other and writes what they found into docs/performance.md. `npm run bench` runs all,
 * `npm run bench -- login-storm pipeline` some; the others' sections stay as they are.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { outputSection, replaceFigures, replaceSection, resultSection } from './support/document.ts';
import { describeMachine } from './support/machine.ts';
import { resultsDirectory, type BenchResult } from './support/result.ts';

/** In the order in which the document tells them. */
const benches = [
  'ingest-bulk',
  'ingest-single',
  'otlp',
  'fleet-load',
  'series',
  'key-verification',
  'login-storm',
  'startup-memory',
  'pipeline',
  'audit',
  'limiter',
  'queue',
  'webhooks',
  'firewall',
  'firewall-quality',
  'gateway',
  'events',
  'scores',
  'crossings',
  'syscall-quality',
  'syscall-baseline',
  'sensor-syscalls',
  'detection-quality',
  'detection',
  'alert-latency',
  'alerts',
  'submit',
  'scheduling',
  'job-start',
  'pod-start',
] as const;

const documentFile = join(import.meta.dirname, '../docs/performance.md');
const benchTimeoutMs = 15 * 60_000;

interface Finished {
  readonly ok: boolean;
  readonly output: string;
}

const runBench = (name: string): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: benchTimeoutMs,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      output += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });

const resultOf = (name: string): BenchResult | undefined => {
  const file = join(resultsDirectory, `${name}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchResult) : undefined;
};

/** Runs one bench and puts its section into the document at once, so that a later failure loses nothing. */
const runAndWrite = async (name: string): Promise<boolean> => {
  console.log(`\n=== ${name}`);
  rmSync(join(resultsDirectory, `${name}.json`), { force: true });
  const machine = describeMachine();
  const { ok, output } = await runBench(name);
  if (!ok) {
    console.error(`${name} failed: its section of the document stays as it was`);
    return false;
  }
  const result = resultOf(name);
  const section = result === undefined ? outputSection(machine, output) : resultSection(result);
  const document = replaceSection(readFileSync(documentFile, 'utf8'), name, section);
  const whole = replaceFigures(document, name, result?.figures ?? []);
  const style = await resolveConfig(documentFile);
  writeFileSync(documentFile, await format(whole, { ...style, parser: 'markdown' }));
  return true;
};

const main = async (asked: readonly string[]): Promise<number> => {
  const unknown = asked.filter((name) => !benches.some((bench) => bench === name));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}. Benches: ${benches.join(', ')}.`);
    return 2;
  }
  const failed: string[] = [];
  for (const name of asked.length > 0 ? asked : benches) if (!(await runAndWrite(name))) failed.push(name);
  if (failed.length > 0) console.error(`\nfailed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
};

process.exitCode = await main(process.argv.slice(2));
