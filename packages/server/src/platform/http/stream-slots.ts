import { AppError } from '../errors.ts';

/** Streams that are open at once in this process, and of one principal among them. */
export interface StreamLimits {
  readonly max: number;
  readonly perPrincipal: number;
}

export const defaultStreamLimits: StreamLimits = { max: 1_000, perPrincipal: 32 };

export interface StreamSlots {
  /** Throws `overloaded` (429) where there is no place; the answer gives it back, once. */
  enter(principalId: string): () => void;
}

/** Long-lived answers hold memory for as long as they are read, so they are counted. */
export const createStreamSlots = ({ max, perPrincipal }: StreamLimits = defaultStreamLimits): StreamSlots => {
  const held = new Map<string, number>();
  let open = 0;
  return {
    enter: (principalId) => {
      const own = held.get(principalId) ?? 0;
      if (open >= max || own >= perPrincipal) {
        const whose = own >= perPrincipal ? 'you have' : 'this server has';
        throw new AppError('overloaded', {
          detail: `There are as many streams open as ${whose} places for`,
          retryAfterSeconds: 5,
        });
      }
      open += 1;
      held.set(principalId, own + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        open -= 1;
        const rest = (held.get(principalId) ?? 1) - 1;
        if (rest === 0) held.delete(principalId);
        else held.set(principalId, rest);
      };
    },
  };
};
