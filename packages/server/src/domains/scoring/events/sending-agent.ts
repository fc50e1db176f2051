import { AppError } from '../../../platform/errors.ts';
import type { RequestContext } from '../../../platform/http/route.ts';
import type { AgentRecord } from '../agents/agent-store.ts';
import type { AgentDirectory } from '../agents/directory.ts';

/**
 * In whose name events come. A signature names its agent. Another credential, such as a sensor's key, names one in the body:
 * an agent that it registered (or enters by this), any agent where it holds the full scope. Errors: `invalid_request`,
 * `not_owner`, `conflict` for an agent that is revoked.
 */
export const sendingAgent = async (
  directory: AgentDirectory,
  ctx: Pick<RequestContext, 'principal' | 'ownOnly' | 'authorize'>,
  named: string | undefined,
): Promise<AgentRecord> => {
  const { principal } = ctx;
  if (principal.kind === 'agent') {
    if (named !== undefined && named !== principal.name) {
      throw new AppError('not_owner', { detail: 'agent_id is another agent than the one that signed' });
    }
    return directory.find(principal.name, { source: 'configured', by: 'AGENT_KEYS' });
  }
  if (named === undefined) {
    throw new AppError('invalid_request', {
      detail: 'Who does not sign as an agent names one in agent_id',
      errors: [{ field: '/agent_id', message: 'is required' }],
    });
  }
  const agent = await directory.find(named, { source: 'registered', by: principal.id });
  ctx.authorize({ ownerId: agent.registeredBy });
  if (agent.status === 'revoked') throw new AppError('conflict', { detail: 'The agent is revoked' });
  return agent;
};
