import { CliError, usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isUuid, matchPrefix, minPrefixLength, type Named } from '../text/short-id.ts';
import type { Api } from './client.ts';

/** Things looked through for a prefix; whoever has more gives the whole id. */
const maxLookedThrough = 5_000;
/** Candidates named when a prefix means several. */
const maxCandidates = 5;

export interface Kind {
  /** `node`, as messages say it. */
  readonly noun: string;
  /** The list that prefixes are resolved through. */
  readonly path: string;
  /** Fields whose value means the thing as well as its id does. */
  readonly nameFields?: readonly string[];
}

const textField = (item: unknown, field: string): string | undefined => {
  if (typeof item !== 'object' || item === null) return undefined;
  const value: unknown = Reflect.get(item, field);
  return typeof value === 'string' ? value : undefined;
};

const named = (item: unknown, nameFields: readonly string[]): Named => ({
  id: textField(item, 'id') ?? '',
  names: nameFields.flatMap((field) => textField(item, field) ?? []),
});

/** The whole id of what a person named by id, by at least 8 first characters of it, or by name. */
export const resolveId = async (api: Pick<Api, 'list'>, kind: Kind, given: string): Promise<string> => {
  if (isUuid(given)) return given.toLowerCase();
  const nameFields = kind.nameFields ?? [];
  if (nameFields.length === 0 && !/^[0-9a-f-]{8,36}$/i.test(given)) {
    throw usageError(
      `"${given}" is no id of a ${kind.noun}`,
      `Give the id, or its first ${minPrefixLength} characters or more, as the list shows it.`,
    );
  }
  const { items, hasMore } = await api.list(kind.path, {}, maxLookedThrough);
  const match = matchPrefix(
    items.map((item) => named(item, nameFields)),
    given,
  );
  if (match.kind === 'one') return match.id;
  if (match.kind === 'many') {
    throw usageError(
      `"${given}" means ${match.ids.length} ${kind.noun}s: ${match.ids.slice(0, maxCandidates).join(', ')}${match.ids.length > maxCandidates ? ', …' : ''}`,
      'Give more characters of the id.',
    );
  }
  throw new CliError({
    title: `No ${kind.noun} matches "${given}"`,
    detail: hasMore ? `looked through the latest ${maxLookedThrough}` : undefined,
    remediation: hasMore
      ? 'Give the whole id.'
      : `See the list: ids are accepted from ${minPrefixLength} characters on.`,
    exitCode: exitCodes.notFound,
  });
};
