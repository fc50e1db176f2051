/**
 * Whether JSON writes this key without an escape. JSON.parse of Node 26.10 may answer another name for a key that holds
 * an escape sequence (V8 takes over the key that it last met in an object of that shape), so properties that compare
 * parsed documents leave such keys out.
 */
export const isPlainKey = (name: string): boolean => JSON.stringify(name) === `"${name}"`;
