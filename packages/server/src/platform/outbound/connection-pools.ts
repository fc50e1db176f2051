import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Target } from './check-url.ts';
import { dial, type ConnectTcp } from './dial.ts';

/** Destinations whose connections are kept; beyond this, the one used longest ago loses its idle ones. */
const poolsMax = 256;

/** Idle connections to one address: as many as requests usually run at once, so that none is opened for each. */
const idleMax = 32;

/** Below the 5 s after which common servers close idle connections, so that we rarely meet one that is closing. */
const idleMs = 4000;

export interface ConnectionPools {
  /** The agent for one policy, origin and checked address. Its connections go to that address only. */
  agentFor(policyName: string, target: Target, address: string): HttpAgent;
  close(): void;
}

/** Kept-alive connections. Agents that are made like this read no proxy from the environment. */
export const createConnectionPools = (options: {
  readonly connect: ConnectTcp;
  readonly connectTimeoutMs: number;
  readonly ca: string | undefined;
}): ConnectionPools => {
  const agents = new Map<string, HttpAgent>();

  const makeAgent = (target: Target, address: string): HttpAgent => {
    const settings = { keepAlive: true, maxFreeSockets: idleMax, timeout: idleMs };
    const agent = target.secure ? new HttpsAgent(settings) : new HttpAgent(settings);
    const { connect, ca, connectTimeoutMs: timeoutMs } = options;
    agent.createConnection = (_options, done) => {
      dial({ target, address, connect, timeoutMs, ca }).then(
        (socket) => done?.(null, socket),
        (error: unknown) => (done as ((error: unknown) => void) | undefined)?.(error),
      );
      return undefined;
    };
    return agent;
  };

  const evict = (): void => {
    for (const [key, agent] of agents) {
      if (agents.size <= poolsMax) return;
      if (Object.keys(agent.sockets).length > 0) continue;
      agent.destroy();
      agents.delete(key);
    }
  };

  return {
    agentFor: (policyName, target, address) => {
      // What was permitted is part of the key: a policy that changed starts with new connections.
      const rights = `${String(target.named)} ${String(target.internal)}`;
      const key = [policyName, target.url.origin, address, rights].join('\n');
      const agent = agents.get(key) ?? makeAgent(target, address);
      agents.delete(key);
      agents.set(key, agent);
      evict();
      return agent;
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
};
