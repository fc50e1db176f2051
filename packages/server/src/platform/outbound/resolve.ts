import { Resolver, lookup } from 'node:dns/promises';

/**
 * The addresses of a host name, in any order and of both families. Rejects or answers none if there are none.
 * `internal` asks as the machine itself would (hosts file, search list); else the name is asked for in DNS only.
 */
export type Resolve = (
  hostname: string,
  options: { readonly internal: boolean },
) => Promise<readonly string[]>;

/** For each of two tries at each name server. */
const queryTimeoutMs = 2000;
const queryTries = 2;

/**
 * The machine's resolver. Public names go past getaddrinfo, which would hold one of the few threads of the process
 * for as long as a stranger's name server likes.
 */
export const createResolve = (): Resolve => {
  const resolver = new Resolver({ timeout: queryTimeoutMs, tries: queryTries });
  return async (hostname, { internal }) => {
    if (internal) return (await lookup(hostname, { all: true })).map(({ address }) => address);
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  };
};
