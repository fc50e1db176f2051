import { AppError } from '../../platform/errors.ts';
import type { Directory } from './catalogue/directory.ts';
import { listOf, objectOf, textOf } from './json.ts';
import type { UpstreamRouter } from './upstream/router.ts';

/** What a guard model thinks of a text: whether it is unsafe, and how sure that is, from 0 to 1. */
export interface GuardOpinion {
  readonly unsafe: boolean;
  readonly score: number;
}

/** "safe", or "unsafe" and the categories, and nothing else: what is not sure of itself is no opinion. */
const answerTokens = 16;
/** Its own place in the fair queue: users' calls do not wait behind each other's guards alone. */
const guardUser = 'firewall';

/** Reads an answer in Llama Guard's form. Undefined: it is no opinion. */
export const readOpinion = (answer: string): GuardOpinion | undefined => {
  const [verdict] = answer.trim().toLowerCase().split('\n');
  if (verdict?.trim() === 'safe') return { unsafe: false, score: 0 };
  return verdict?.trim() === 'unsafe' ? { unsafe: true, score: 1 } : undefined;
};

/**
 * Asks a guard model of the catalogue about a text. Errors: `model_not_found`; `upstream_failed`, when it has no opinion
 * too; what upstreams fail with.
 */
export const createGuardOpinion =
  ({ directory, router }: { readonly directory: Directory; readonly router: UpstreamRouter }) =>
  (modelName: string) =>
  async (text: string, signal: AbortSignal): Promise<GuardOpinion> => {
    if (directory.find(modelName) === undefined) await directory.ready();
    const model = directory.find(modelName);
    if (model === undefined)
      throw new AppError('model_not_found', { detail: `No server has the guard model ${modelName}` });
    const messages = [{ role: 'user', content: text }];
    const body = { model: model.name, messages, max_tokens: answerTokens, temperature: 0 };
    const call = { kind: 'chat', body, ollama: {}, stream: false } as const;
    const { answer } = await router.whole({
      model,
      call,
      userId: guardUser,
      signal,
      onWork: () => undefined,
    });
    const message = objectOf(objectOf(listOf(answer.body['choices'])[0])['message']);
    const opinion = readOpinion(textOf(message['content']));
    if (opinion === undefined)
      throw new AppError('upstream_failed', { detail: 'The guard model said neither safe nor unsafe' });
    return opinion;
  };
