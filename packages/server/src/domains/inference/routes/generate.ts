import { GenerateRequest, GenerateResponse } from '@gpushield/contracts';
import { defineRoute } from '../../../platform/http/route.ts';
import { pick } from '../json.ts';
import { seedPresenter } from '../protocol/seed-presenter.ts';
import type { RunCall } from '../run-call.ts';
import { callAccess, callAudit, callBodyBytes, callErrors } from './common.ts';

/** POST /api/v1/llm/generate (seed 3). */
export const generate = ({ runCall }: { readonly runCall: RunCall }) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/llm/generate',
    operationId: 'generate',
    summary: 'One prompt to a model, with a scoped token in X-LLM-Token',
    tag: 'Inference',
    access: callAccess('llm:generate'),
    audit: callAudit('llm.generate'),
    effect: 'recorded',
    bodyLimitBytes: callBodyBytes,
    schema: { body: GenerateRequest, responses: { 200: GenerateResponse } },
    errors: callErrors,
    handler: ({ body }, ctx) => {
      const system = body.system === undefined ? [] : [{ role: 'system', content: body.system }];
      const messages = [...system, { role: 'user', content: body.prompt }];
      return runCall(
        {
          kind: 'chat',
          body: { ...pick(body, ['model', 'max_tokens', 'temperature']), messages },
          ollama: {},
          stream: false,
        },
        seedPresenter(),
        ctx,
      );
    },
  });
