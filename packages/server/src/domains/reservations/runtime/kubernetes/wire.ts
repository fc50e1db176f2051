/**
 * An object of the library's types as it goes over the wire: the library's own writer is not used, and where a field's
 * name is a word of JavaScript its types spell it with a line before it.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Key in keyof T as Key extends `_${infer Plain}` ? Plain : Key]: Wire<T[Key]> }
      : T;
