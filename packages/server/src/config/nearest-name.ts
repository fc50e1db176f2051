/** Names farther apart than this are not a typing error of each other. */
const distanceMax = 5;

/** Longer names are compared by their beginning only, which bounds the work on a hostile environment. */
const comparedLength = 64;

/** Edit distance (Levenshtein 1966), one row at a time. */
const editDistance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [index, letter] of left.split('').entries()) {
    const next = [index + 1];
    for (const [column, other] of right.split('').entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? right.length;
};

/** The known name that `name` was probably meant to be, if one is near enough. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  let nearest: string | undefined;
  let nearestDistance = distanceMax + 1;
  for (const candidate of known) {
    const distance = editDistance(name.slice(0, comparedLength), candidate.slice(0, comparedLength));
    if (distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
};
