import type { Output } from './use-operation.ts';
import { useOperation } from './use-operation.ts';

type Scope = Output<'getMe'>['scopes'][number];

/** Who is signed in, and whether they may do something: what they may not is not offered. */
export const useMe = () => {
  const { data } = useOperation('getMe', {}, { everyMs: 60_000 });
  return {
    me: data,
    may: (...scopes: readonly Scope[]) => scopes.some((scope) => data?.scopes.includes(scope)),
  };
};
