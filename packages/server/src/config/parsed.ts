/** What a parser answers: the value, or the problem in words that complete "NAME …" and repeat no input. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** Turns the text of a variable into its value. */
export type Parser<T> = (text: string) => Parsed<T>;

export const accepted = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const refused = (problem: string): { readonly ok: false; readonly problem: string } => ({
  ok: false,
  problem,
});
