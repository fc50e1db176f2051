/** What tables show at least, and commands accept at least, of an id. */
export const minPrefixLength = 8;

const common = (left: string, right: string): number => {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return length;
};

/**
 * How many characters of these ids tell all of them apart, at least 8. Ids of UUID version 7 that were made in the
 * same minute begin alike, so that 8 are often too few.
 */
export const unambiguousLength = (ids: readonly string[]): number => {
  const sorted = [...new Set(ids)].sort();
  let length = minPrefixLength;
  for (const [index, id] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined) length = Math.max(length, common(id, next) + 1);
  }
  // A prefix that ends in the hyphen looks cut off by accident.
  return sorted.some((id) => id[length - 1] === '-') ? length + 1 : length;
};

export interface Named {
  readonly id: string;
  /** Names that mean this thing as well, such as a username. */
  readonly names: readonly string[];
}

export type Match =
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'many'; readonly ids: readonly string[] };

const oneOf = (ids: readonly string[]): Match => {
  const [first] = ids;
  if (first === undefined) return { kind: 'none' };
  return ids.length === 1 ? { kind: 'one', id: first } : { kind: 'many', ids };
};

/** Which of `items` is meant: an exact name first, then the only id that begins so. */
export const matchPrefix = (items: readonly Named[], given: string): Match => {
  const named = items.filter((item) => item.names.includes(given)).map((item) => item.id);
  if (named.length > 0) return oneOf(named);
  if (given.length < minPrefixLength) return { kind: 'none' };
  const wanted = given.toLowerCase();
  return oneOf(items.filter((item) => item.id.startsWith(wanted)).map((item) => item.id));
};

/** A whole UUID, which needs no look-up. */
export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
