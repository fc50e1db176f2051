import type { Principal } from '../../platform/identity/index.ts';
import type { Directory } from './catalogue/directory.ts';
import type { Model } from './types.ts';

/** Whether a model's own list lets the principal use it. */
export const permitted = (model: Model, principal: Principal): boolean => {
  if (model.roles.length === 0 && model.users.length === 0) return true;
  return model.users.includes(principal.name) || principal.roles.some((role) => model.roles.includes(role));
};

/** The models that a principal may use, in the catalogue's order; of a scoped token, its own. */
export const visibleModels = async (
  directory: Directory,
  principal: Principal,
): Promise<readonly Model[]> => {
  await directory.ready();
  const { grant } = principal;
  const bound = grant === undefined || grant.model === '*' ? undefined : directory.find(grant.model);
  return directory
    .list()
    .filter(
      (model) =>
        permitted(model, principal) && (grant === undefined || grant.model === '*' || model === bound),
    );
};
