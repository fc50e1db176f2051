/** `malformed`: not of our form. `unknown_key`: its key is not configured. `tampered`: changed, moved, or another key. */
export type UnsealProblem = 'malformed' | 'unknown_key' | 'tampered';

/** A sealed value does not open. The message names the key, and nothing of the value. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
  readonly problem: UnsealProblem;
  readonly keyId: string | undefined;

  constructor(problem: UnsealProblem, keyId?: string) {
    super(messageOf(problem, keyId));
    this.problem = problem;
    this.keyId = keyId;
  }
}

const messageOf = (problem: UnsealProblem, keyId = ''): string => {
  if (problem === 'malformed') return 'this is no sealed value';
  if (problem === 'unknown_key') return `the value is sealed with key ${keyId}, which is not configured`;
  return `the value does not open with key ${keyId}: it was changed, moved to another place, or sealed with another key of that name`;
};
