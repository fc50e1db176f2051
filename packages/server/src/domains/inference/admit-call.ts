import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { Principal } from '../../platform/identity/index.ts';
import { admissible } from './admissible.ts';
import type { GatewayDeps } from './deps.ts';
import type { FirewallContext, Verdict } from './firewall-port.ts';
import { numberOf, textOf } from './json.ts';
import { promptSize, type PromptSize } from './limits/measure.ts';
import { budgetExceeded, countRequest, createHolds, type Hold } from './limits/reserve.ts';
import { textsOf } from './parts.ts';
import { blocks } from './screen.ts';
import type { Call, Model } from './types.ts';
import { permitted } from './visible-models.ts';

/** A call that may go to its model. */
export interface AdmittedCall {
  readonly model: Model;
  readonly call: Call;
  readonly prompt: PromptSize;
  readonly hold: Hold;
  readonly context: FirewallContext;
  /** Of the input; null while nothing was found. */
  readonly verdict: Verdict | null;
}

/** The tokens that a request asks for its answer; undefined where it says nothing. */
export const askedTokens = ({ body }: Call): number | undefined => {
  const asked = numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']);
  const choices = numberOf(body['n']) ?? 1;
  return asked === undefined ? undefined : asked * Math.max(1, choices);
};

/** "Insufficient permissions" (seed 3), and why. */
const insufficient = (why: string): AppError =>
  new AppError('insufficient_scope', { detail: 'Insufficient permissions', remediation: why });

/** Step 2: this model, for this token and this user. Errors: `insufficient_scope`, `model_not_found`. */
const requireModel = async (deps: GatewayDeps, principal: Principal, name: string): Promise<Model> => {
  const { grant } = principal;
  if (deps.directory.find(name) === undefined) await deps.directory.ready();
  const model = deps.directory.find(name);
  if (grant !== undefined && grant.model !== '*' && grant.model !== name && grant.model !== model?.name) {
    throw insufficient(`The token was made for the model ${grant.model}: get one for ${name}.`);
  }
  if (model === undefined)
    throw new AppError('model_not_found', { detail: `There is no model ${name.slice(0, 128)}` });
  if (!permitted(model, principal)) throw insufficient(`Ask an administrator for the model ${name}.`);
  return model;
};

/** Fallbacks that this user may use and that may answer as much: what another model is allowed is not inherited. */
const fallbacksFor = (
  deps: GatewayDeps,
  principal: Principal,
  { fallbacks }: Model,
  outputCap: number,
): readonly string[] =>
  fallbacks.filter((name) => {
    const fallback = deps.directory.find(name);
    return fallback !== undefined && permitted(fallback, principal) && fallback.maxOutputTokens >= outputCap;
  });

/** Step 3, before anything is counted: what no budget of this token or model can hold. */
const requireSize = (principal: Principal, model: Model, asked: number | undefined): void => {
  if (asked === undefined) return;
  const { grant } = principal;
  if (grant !== undefined && asked > grant.maxTokens) {
    throw budgetExceeded(`The token was made for ${String(grant.maxTokens)} tokens.`);
  }
  if (asked > model.maxOutputTokens) {
    throw budgetExceeded(
      `The model ${model.name} answers with ${String(model.maxOutputTokens)} tokens at most.`,
    );
  }
};

const requirePromptSize = (deps: GatewayDeps, model: Model, prompt: PromptSize): void => {
  if (prompt.bytes > deps.maxPromptBytes) {
    throw new AppError('prompt_too_large', {
      detail: `The prompt has ${String(prompt.bytes)} bytes of text; at most ${String(deps.maxPromptBytes)} are taken`,
    });
  }
  const { contextTokens, bytesPerToken } = model;
  // Text that cannot fit even if each token stood for sixteen bytes is refused before it costs anything.
  if (contextTokens !== undefined && prompt.bytes > contextTokens * 16 * bytesPerToken) {
    throw new AppError('prompt_too_large', {
      detail: `The prompt does not fit into the ${String(contextTokens)} tokens of ${model.name}`,
    });
  }
};

const withOutputCap = (call: Call, cap: number): Call => {
  if (call.kind === 'embed') return call;
  const choices = Math.max(1, numberOf(call.body['n']) ?? 1);
  const each = Math.max(1, Math.floor(cap / choices));
  const key = call.body['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  return { ...call, body: { ...call.body, [key]: each } };
};

const refuseInput = (verdict: Verdict): AppError => {
  const [first] = verdict.findings;
  const where = first === undefined ? '' : ` (${first.kind}: ${first.type} in ${first.path})`;
  return new AppError('content_blocked', { detail: `The firewall blocked this request${where}` });
};

/**
 * The zero-trust steps of seed 3 after the token's own: the model, the budget, the rate, the firewall, and the hold that
 * is settled when the call has ended. Each refusal throws; nothing stays held then.
 */
export const createAdmitCall = (deps: GatewayDeps) => {
  const holdFor = createHolds(deps.limiter, deps.policies);
  return async (given: Call, ctx: Pick<RequestContext, 'principal' | 'signal'>): Promise<AdmittedCall> => {
    const { principal } = ctx;
    const name = textOf(given.body['model']);
    const model = await requireModel(deps, principal, name);
    const asked = given.kind === 'embed' ? 0 : askedTokens(given);
    requireSize(principal, model, asked);
    const clean = admissible(given);
    await countRequest(deps.limiter, deps.policies, principal, model);
    const texts = textsOf(clean);
    const prompt = promptSize(clean, texts.parts, model.bytesPerToken);
    requirePromptSize(deps, model, prompt);
    const context = {
      model: model.name,
      principalId: principal.id,
      sessionId: principal.grant?.parentId ?? principal.credentialId,
    };
    const verdict = await deps.firewall.inspectInput({ ...context, parts: texts.parts }, ctx.signal);
    if (blocks(verdict)) throw refuseInput(verdict);
    if (verdict.action === 'mask' && !verdict.reportOnly) texts.replace(verdict.masked);
    const hold = await holdFor({
      principal,
      model,
      promptTokens: prompt.tokensMax,
      outputTokens: asked,
      deadlineSeconds: deps.deadlineMs / 1000,
    });
    const fallbacks = fallbacksFor(deps, principal, model, hold.outputCap);
    const call = withOutputCap(clean, hold.outputCap);
    return { model: { ...model, fallbacks }, prompt, hold, context, verdict, call };
  };
};
