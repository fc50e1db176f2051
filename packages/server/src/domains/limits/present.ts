import type { LimitBlock } from '@gpushield/contracts';
import type { Block } from '../../platform/limits/blocks.ts';

export const presentBlock = ({ key, reason, sinceMs, untilMs }: Block): LimitBlock => {
  const [kind = '', ...subject] = key.split(':');
  return {
    key,
    kind: kind === 'principal' ? 'principal' : 'address',
    subject: subject.join(':'),
    reason,
    blocked_at: new Date(sinceMs).toISOString(),
    blocked_until: new Date(untilMs).toISOString(),
  };
};
