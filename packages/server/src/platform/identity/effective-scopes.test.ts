import { roles, scopes, type Role, type Scope } from '@gpushield/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers, scopesOfKey, scopesOfRoles, toRoles } from './effective-scopes.ts';

const someRoles = fc.subarray([...roles], { minLength: 1 });
const someScopes = fc.subarray([...scopes]);

describe("a key's scopes", () => {
  it("never exceed its user's, nor its own list", () => {
    fc.assert(
      fc.property(someRoles, someScopes, (held: Role[], own: Scope[]) => {
        const user = scopesOfRoles(held);
        for (const scope of scopesOfKey(held, own)) {
          expect(own).toContain(scope);
          expect(covers(user, scope)).toBe(true);
        }
      }),
    );
  });

  it('shrink when the user loses a role', () => {
    fc.assert(
      fc.property(someRoles, someScopes, (held: Role[], own: Scope[]) => {
        const fewer = scopesOfKey(held.slice(1), own);
        expect([...fewer].every((scope) => scopesOfKey(held, own).has(scope))).toBe(true);
      }),
    );
  });

  it('are those of the user where the key has no list', () => {
    expect(scopesOfKey(['viewer'], null)).toEqual(scopesOfRoles(['viewer']));
  });
});

describe('covers', () => {
  it('lets the whole stand for its own part, and never the part for the whole', () => {
    expect(covers(new Set(['nodes:write']), 'nodes:write:own')).toBe(true);
    expect(covers(new Set(['nodes:write:own']), 'nodes:write')).toBe(false);
    expect(covers(new Set(['keys:own']), 'keys:admin')).toBe(false);
  });
});

it('a role that this version does not know carries nothing', () => {
  expect(toRoles(['viewer', 'emperor'])).toEqual(['viewer']);
});
