import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bucketBits } from './features.ts';
import type { LinearModel } from './score.ts';

interface ModelFile {
  readonly scale: number;
  readonly bias: number;
  readonly threshold: number;
  readonly slope: number;
}
interface ModelsFile {
  readonly version: number;
  readonly injection: ModelFile;
  readonly toxicity: ModelFile;
}

export interface Models {
  readonly version: number;
  readonly injection: LinearModel;
  readonly toxicity: LinearModel;
  /** Folded words, most frequent first. */
  readonly vocabulary: readonly string[];
}

const folder = join(import.meta.dirname, 'weights');

/** Reads the committed weights, which `tools/firewall/train.ts` writes. */
export const loadModels = (): Models => {
  const meta = JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')) as ModelsFile;
  const modelOf = (name: 'injection' | 'toxicity'): LinearModel => {
    const bytes = readFileSync(join(folder, `${name}.bin`));
    if (bytes.length !== 1 << bucketBits)
      throw new Error(`${name}.bin has ${String(bytes.length)} bytes: train the models again`);
    const { scale, bias, threshold, slope } = meta[name];
    return { weights: new Int8Array(bytes), scale, bias, threshold, slope };
  };
  const vocabulary = readFileSync(join(folder, 'vocabulary.txt'), 'utf8').trim().split('\n');
  return {
    version: meta.version,
    injection: modelOf('injection'),
    toxicity: modelOf('toxicity'),
    vocabulary,
  };
};
