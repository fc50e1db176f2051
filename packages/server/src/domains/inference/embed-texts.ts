import type { RequestContext } from '../../platform/http/route.ts';
import { requireAuthorization } from '../../platform/identity/authorize.ts';
import { AppError } from '../../platform/errors.ts';
import { listOf, objectOf } from './json.ts';
import { openaiPresenter } from './protocol/openai-presenter.ts';
import type { RunCall } from './run-call.ts';

/** Makes vectors of texts for another domain: with the caller's rights, limits, firewall, audit and ledger. */
export const createEmbedTexts =
  (runCall: RunCall) =>
  async (
    model: string,
    texts: readonly string[],
    ctx: RequestContext,
  ): Promise<readonly (readonly number[])[]> => {
    requireAuthorization(ctx.principal, 'llm:embed');
    const body = { model, input: [...texts] };
    const answer = await runCall(
      { kind: 'embed', body, ollama: {}, stream: false },
      openaiPresenter(body, 'embed'),
      ctx,
    );
    const vectors = listOf(objectOf(answer.body)['data']).map((one) =>
      listOf(objectOf(one)['embedding']).map(Number),
    );
    const complete = vectors.length === texts.length && vectors.flat().every(Number.isFinite);
    if (!complete) throw new AppError('upstream_failed', { detail: 'The model server sent no vectors' });
    return vectors;
  };
