import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { BatchGpu } from '../telemetry/index.ts';
import type { GpuSlot } from './collect-points.ts';
import type { OtlpDeps } from './deps.ts';
import { registrationOf } from './mapping/gpu-identity.ts';
import type { Rejections } from './rejections.ts';

/** GPUs that one export may register: more is a loop in its labels, not a fleet. */
const maxRegistrations = 1000;

type Context = Pick<RequestContext, 'principal' | 'ownOnly' | 'audit'>;
type Known = BatchGpu & { readonly ownerId: string };

const mayRegister = ({ principal: { scopes } }: Context): 'all' | 'own' | 'none' => {
  if (scopes.has('nodes:write')) return 'all';
  return scopes.has('nodes:write:own') ? 'own' : 'none';
};

const lookUp = async (
  { fleet }: OtlpDeps,
  slots: readonly GpuSlot[],
): Promise<(slot: GpuSlot) => Known | undefined> => {
  const ids = slots.flatMap(({ identity }) => identity.gpuId ?? []);
  const uuids = slots.flatMap(({ identity }) => (identity.gpuId === null ? (identity.uuid ?? []) : []));
  const [byId, byUuid] = await Promise.all([
    fleet.gpuDirectory.resolve(ids),
    fleet.uuidDirectory.resolve(uuids),
  ]);
  return ({ identity: { gpuId, uuid } }) => {
    if (gpuId !== null) {
      const place = byId.get(gpuId);
      return place === undefined ? undefined : { gpuId, ...place };
    }
    return uuid === null ? undefined : byUuid.get(uuid);
  };
};

/** Registers one GPU in a transaction of its own; a text says why not. */
const register = async (deps: OtlpDeps, ctx: Context, slot: GpuSlot): Promise<Known | string> => {
  const gpu = registrationOf(slot.identity);
  if (typeof gpu === 'string') return gpu;
  const { clusterId, nodeName } = slot.identity;
  if (nodeName === null) return 'an unknown GPU has no host.name or k8s.node.name';
  const ownOnly = mayRegister(ctx) === 'own';
  await ctx.audit({ action: 'gpu.register', resource: `node:${clusterId}/${nodeName}` });
  try {
    const made = await deps.db.transaction((tx) =>
      deps.fleet.registerReported(
        tx,
        { clusterId, nodeName, gpu },
        { principalId: ctx.principal.id, ownOnly, newId: deps.newId },
      ),
    );
    return made === undefined
      ? `node ${nodeName} was registered by somebody else`
      : { ...made, ownerId: ctx.principal.id };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return error.options.detail ?? error.code;
    throw error;
  }
};

/** Why a known GPU's points are refused; null when they are not. */
const refusal = ({ ownOnly, principal }: Context, known: Known): string | null =>
  ownOnly && known.ownerId !== principal.id ? 'its GPU is on a node that somebody else registered' : null;

/**
 * The GPU behind each slot, registered where it is unknown and the credential may; undefined where its points are
 * refused, which is counted with the reason.
 */
export const resolveGpus = async (
  deps: OtlpDeps,
  ctx: Context,
  slots: readonly GpuSlot[],
  rejections: Rejections,
): Promise<readonly (BatchGpu | undefined)[]> => {
  const known = await lookUp(deps, slots);
  const found: (BatchGpu | undefined)[] = [];
  let registrations = 0;
  for (const slot of slots) {
    let gpu = known(slot);
    let reason: string | null = null;
    if (slot.points === 0) {
      found.push(undefined);
      continue;
    }
    if (gpu === undefined) {
      if (slot.identity.gpuId !== null) reason = `there is no GPU with the id ${slot.identity.gpuId}`;
      else if (mayRegister(ctx) === 'none')
        reason = 'its GPU is not registered, and this credential may not register any (scope nodes:write)';
      else if (registrations >= maxRegistrations)
        reason = `one export may register ${maxRegistrations} GPUs: send it again for the others`;
      else {
        registrations += 1;
        const made = await register(deps, ctx, slot);
        if (typeof made === 'string') reason = made;
        else gpu = made;
      }
    }
    if (gpu !== undefined) reason = refusal(ctx, gpu);
    if (reason !== null) rejections.add(reason, slot.points);
    found.push(reason === null ? gpu : undefined);
  }
  return found;
};
