import type { DiscoveredGpu, GpuFault, Sample } from '../source.ts';

/** A vendor's library as the probe process uses it. Its calls are synchronous: they may block that process alone. */
export interface NativeReader {
  readonly vendor: DiscoveredGpu['vendor'];
  discover(): readonly DiscoveredGpu[];
  sample(): readonly Sample[];
  /** Waits for faults that the driver announces; resolves with none after about `timeoutMs`. */
  faults?(timeoutMs: number): Promise<readonly GpuFault[]>;
  close(): void;
}
