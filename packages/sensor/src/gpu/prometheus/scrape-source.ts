import type { GpuSource } from '../source.ts';
import { exportedGpus, type ExportedGpu } from './exporter-gpus.ts';
import { parseExposition } from './parse-text.ts';

const timeoutMs = 5000;
/** An exporter of a node with eight GPUs answers some 100 kB. */
const maxBytes = 16 * 1_048_576;

const readBounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  const body: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`answered more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'cannot be read';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return error.name === 'TimeoutError'
    ? `did not answer within ${timeoutMs / 1000} s`
    : (code ?? error.message);
};

/**
 * GPUs by an exporter that runs already (dcgm-exporter, AMD's device-metrics-exporter, Intel's XPU Manager): its
 * `/metrics` is scraped at each reading. `isTaken` says which GPUs another source of this sensor sees by itself, so
 * that one GPU is not reported twice.
 */
export const createScrapeSource = ({
  url,
  fetch,
  isTaken,
}: {
  url: string;
  fetch: typeof globalThis.fetch;
  isTaken: (uuid: string) => boolean;
}): GpuSource => {
  const scrape = async (): Promise<{ gpus: readonly ExportedGpu[]; problem: string | null }> => {
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/plain;version=0.0.4' },
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) return { gpus: [], problem: `exporter ${url} answered ${response.status}` };
      const all = exportedGpus(parseExposition(await readBounded(response)));
      return { gpus: all.filter(({ gpu }) => !isTaken(gpu.uuid)), problem: null };
    } catch (error) {
      return { gpus: [], problem: `exporter ${url} ${reasonOf(error)}` };
    }
  };
  return {
    name: `exporter ${url}`,
    discover: async () => {
      const { gpus, problem } = await scrape();
      return { gpus: gpus.map(({ gpu }) => gpu), problem };
    },
    sample: async () => (await scrape()).gpus.map(({ sample }) => sample),
  };
};
