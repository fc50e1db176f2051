import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** The packages of OpenTelemetry and gRPC that a process reads when it assembles the server's code and tracing. */
const readWith = async (endpoint: string | undefined): Promise<readonly string[]> => {
  const source = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { registerHooks } from 'node:module';
    const read = new Set();
    registerHooks({ load: (url, context, next) => {
      const name = /node_modules\\/(@(?:opentelemetry|grpc)\\/[^/]+)\\//.exec(url);
      if (name) read.add(name[1]);
      return next(url, context);
    } });
    await import(${source('../../../app.ts')});
    const { startTracing } = await import(${source('./start-tracing.ts')});
    const tracing = await startTracing({
      endpoint: ${JSON.stringify(endpoint)}, headers: {}, sampleRatio: 1, trustedProxies: [], version: '0',
      instanceId: 'i', clock: { nowMs: Date.now, monotonicMs: () => 0 }, random: Math.random, log: console,
    });
    await tracing.stop();
    console.log(JSON.stringify([...read].sort()));
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
  return JSON.parse(stdout) as readonly string[];
};

describe('without OTLP_ENDPOINT', () => {
  it('no OpenTelemetry code is read but the interface that prom-client itself brings', async () => {
    expect(await readWith(undefined)).toEqual(['@opentelemetry/api']);
  });

  it('differs from a server with it, and each transport reads its own code only', async () => {
    const [grpc, http] = [await readWith('http://127.0.0.1:1'), await readWith('http://127.0.0.1:4318')];
    expect(grpc).toEqual(expect.arrayContaining(['@grpc/grpc-js', '@opentelemetry/sdk-trace']));
    expect(http).toContain('@opentelemetry/exporter-trace-otlp-proto');
    expect(http).not.toContain('@grpc/grpc-js');
  });
});
