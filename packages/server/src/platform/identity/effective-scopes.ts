import { roleScopes, roles as allRoles, type Role, type Scope } from '@gpushield/contracts';

const ownSuffix = ':own';

/** Whether holding `held` allows what `wanted` allows: itself, or the whole of which `wanted` is the `:own` part. */
export const covers = (held: ReadonlySet<Scope>, wanted: Scope): boolean => {
  if (held.has(wanted)) return true;
  if (!wanted.endsWith(ownSuffix)) return false;
  const whole = wanted.slice(0, -ownSuffix.length);
  return [...held].some((scope) => scope === whole);
};

const knownRoles: ReadonlySet<string> = new Set(allRoles);
const isRole = (value: string): value is Role => knownRoles.has(value);

/** The roles that this version knows; a role of a newer one carries nothing here. */
export const toRoles = (values: readonly string[]): readonly Role[] => values.filter(isRole);

/** The union of what the roles carry. */
export const scopesOfRoles = (roles: readonly Role[]): ReadonlySet<Scope> =>
  new Set(roles.flatMap((role): readonly Scope[] => roleScopes[role]));

/** What a key may do now: its own list, cut to what its user may do now. `null` is no list of its own. */
export const scopesOfKey = (roles: readonly Role[], own: readonly Scope[] | null): ReadonlySet<Scope> => {
  const user = scopesOfRoles(roles);
  return own === null ? user : new Set(own.filter((scope) => covers(user, scope)));
};
