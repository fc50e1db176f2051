/** Attributes as text: what identities, node names and conditions are read from. Keys as they came. */
export type Attributes = ReadonlyMap<string, string>;
export const noAttributes: Attributes = new Map();

/** Attributes kept of one resource or point, and the length of a value; the rest is passed over. */
export const maxAttributes = 128;
export const maxAttributeLength = 1024;
