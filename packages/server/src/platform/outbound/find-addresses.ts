import { attemptOrder } from './attempt-order.ts';
import { isPermitted, type Target } from './check-url.ts';
import type { Deadline } from './deadline.ts';
import type { Resolve } from './resolve.ts';
import { OutboundFailure } from './types.ts';

/**
 * Resolves the target once and checks every address it has; answers the ones to try, in order.
 * One bad address condemns the name: which of them a connection gets is for the name's owner to choose.
 */
export const findAddresses = async (
  { resolve, timeoutMs }: { readonly resolve: Resolve; readonly timeoutMs: number },
  target: Target,
  deadline: Deadline,
): Promise<readonly string[]> => {
  // An address in the URL was checked with it, and there is nothing to choose.
  if (target.literal) return [target.hostname];
  const found = await deadline.race(resolveInTime(resolve, target, timeoutMs));
  if (found.length === 0) {
    throw new OutboundFailure('dns', 'the host name has no address', { retryable: true });
  }
  if (!found.every((address) => isPermitted(target, address))) {
    const detail = 'the host name leads to an address that is not public';
    throw new OutboundFailure('forbidden_destination', detail, { retryable: false });
  }
  return attemptOrder(found);
};

const resolveInTime = async (
  resolve: Resolve,
  target: Target,
  timeoutMs: number,
): Promise<readonly string[]> => {
  const internal = target.internal || !target.grants.empty;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new OutboundFailure('dns', 'the host name was not resolved in time', { retryable: true }));
  }, timeoutMs);
  try {
    return await Promise.race([resolve(target.hostname, { internal }), late.promise]);
  } catch (cause) {
    if (cause instanceof OutboundFailure) throw cause;
    throw new OutboundFailure('dns', 'the host name could not be resolved', { retryable: true, cause });
  } finally {
    clearTimeout(timer);
  }
};
