import type { FirewallFinding, FirewallPolicy } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Uuid } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import type { PolicyRecord } from '../policy/policy-store.ts';
import type { Finding } from '../types.ts';

export const tag = 'firewall';
export const PolicyParams = Type.Object({ id: Uuid });

export const presentPolicy = (policy: PolicyRecord): FirewallPolicy => ({
  id: policy.id,
  model: policy.model,
  principal_id: policy.principalId,
  description: policy.description,
  settings: policy.settings,
  created_at: policy.createdAt.toISOString(),
  updated_at: policy.updatedAt.toISOString(),
});

export const presentFinding = (finding: Finding): Static<typeof FirewallFinding> => ({ ...finding });

export const unknownPolicy = (): AppError =>
  new AppError('not_found', { detail: 'There is no firewall policy with this id' });
