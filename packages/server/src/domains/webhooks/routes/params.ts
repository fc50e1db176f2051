import { Type } from 'typebox';
import { Uuid } from '@gpushield/contracts';

export const WebhookParams = Type.Object({ id: Uuid });
export const tag = 'webhooks';
/** Answers with a secret stay out of every cache. */
export const noStore = { 'cache-control': 'no-store' };
