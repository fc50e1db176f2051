import type { CreateWebhook, UpdateWebhook } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import type { WebhooksDomainDeps } from './deps.ts';
import type { EndpointFields, EndpointRecord } from './endpoint-store.ts';

const refuseField = (field: string, message: string): AppError =>
  new AppError('validation_failed', { errors: [{ field, message }] });

export const unknownWebhook = (): AppError =>
  new AppError('not_found', { detail: 'There is no webhook with this id' });

const checkUrl = ({ webhooks }: WebhooksDomainDeps, url: string): void => {
  const checked = webhooks.checkUrl(url);
  if (!checked.ok) throw refuseField('/url', checked.reason);
};

/** The fields of a new endpoint, with what was left out. */
export const newFields = (deps: WebhooksDomainDeps, body: CreateWebhook): EndpointFields => {
  checkUrl(deps, body.url);
  return {
    url: body.url,
    description: body.description ?? '',
    eventTypes: body.event_types ?? [],
    labels: body.labels ?? {},
    ordered: body.ordered ?? false,
    rateLimitPerSecond: body.rate_limit_per_second ?? null,
  };
};

export const changedFields = (
  deps: WebhooksDomainDeps,
  before: EndpointRecord,
  body: UpdateWebhook,
): EndpointFields => {
  if (body.url !== undefined) checkUrl(deps, body.url);
  return {
    url: body.url ?? before.url,
    description: body.description ?? before.description,
    eventTypes: body.event_types ?? before.eventTypes,
    labels: body.labels ?? before.labels,
    ordered: body.ordered ?? before.ordered,
    rateLimitPerSecond:
      body.rate_limit_per_second === undefined ? before.rateLimitPerSecond : body.rate_limit_per_second,
  };
};

/** The given secret when it is one, or a new one. */
export const secretFrom = ({ webhooks }: WebhooksDomainDeps, given: string | undefined): string => {
  if (given === undefined) return webhooks.makeSecret();
  if (!webhooks.isSecret(given)) {
    throw refuseField('/secret', 'must be whsec_ and the base64 of 24 to 64 bytes');
  }
  return given;
};

/** Sending to an endpoint that takes nothing would fail silently. */
export const requireEnabled = (endpoint: EndpointRecord | undefined): EndpointRecord => {
  if (endpoint === undefined) throw unknownWebhook();
  if (!endpoint.enabled)
    throw new AppError('conflict', { detail: 'The webhook is disabled: enable it first' });
  return endpoint;
};
