import { ModelName } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute } from '../../../platform/http/route.ts';
import { withoutNulls } from '../json.ts';
import { responsesPresenter } from '../protocol/responses-presenter.ts';
import { responsesCall } from '../protocol/responses-request.ts';
import type { RunCall } from '../run-call.ts';
import { callAccess, callAudit, callBodyBytes, callErrors } from './common.ts';

const ResponseRequest = Type.Object({
  model: ModelName,
  input: Type.Union([Type.String(), Type.Array(Type.Object({}), { minItems: 1, maxItems: 4096 })]),
  instructions: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  max_output_tokens: Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum: 10_000_000 }), Type.Null()]),
  ),
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
});

/** POST /v1/responses, as OpenAI's clients call it. */
export const createResponse = (deps: {
  readonly runCall: RunCall;
  readonly clock: Clock;
  readonly newId: () => string;
}) =>
  defineRoute({
    method: 'POST',
    path: '/v1/responses',
    operationId: 'createResponse',
    summary: 'A response, as OpenAI has it; conversations are not kept, so input holds all of one',
    tag: 'OpenAI',
    access: callAccess('llm:generate'),
    audit: callAudit('llm.generate'),
    effect: 'recorded',
    bodyLimitBytes: callBodyBytes,
    errorForm: 'openai',
    schema: {
      body: ResponseRequest,
      responses: { 200: Type.Object({ object: Type.Optional(Type.String()) }) },
    },
    errors: callErrors,
    handler: (input, ctx) => {
      const body = withoutNulls(input.body);
      const about = { id: deps.newId(), createdAt: Math.floor(deps.clock.nowMs() / 1000) };
      return deps.runCall(responsesCall(body), responsesPresenter(body, about), ctx);
    },
  });
