import koffi, { type TypeObject } from 'koffi';

type CType = string | TypeObject;
type ParameterType = CType | ReturnType<typeof koffi.out>;

/** A parameter of a C function: given by the caller, answered through a pointer, both, or text that the function writes. */
export type Parameter =
  | { readonly in: CType }
  | { readonly out: CType }
  | { readonly inOut: CType }
  /** A `char *` and its capacity in bytes, the capacity being passed as `length`. */
  | { readonly text: number; readonly length: CType };

/** Answers the out-parameters in their order, or null when the call failed (any status but 0) or does not exist. */
export type Call = (...inputs: readonly unknown[]) => readonly unknown[] | null;

/** A vendor's library, opened. */
export interface NativeLibrary {
  readonly path: string;
  /** The address behind a pointer, to be written into a struct by hand. */
  addressOf(pointer: unknown): bigint;
  /** Binds a function that returns a status, 0 being success. A library without it (an older driver) answers null. */
  bind(name: string, parameters: readonly Parameter[]): Call;
  /** A function as it is, for what `bind` cannot say; undefined when the library lacks it. */
  raw(
    name: string,
    result: CType,
    parameters: readonly CType[],
  ): ((...args: unknown[]) => unknown) | undefined;
  /** Calls on a thread of the pool, so that a wait does not hold the process. */
  rawAsync(
    name: string,
    result: CType,
    parameters: readonly CType[],
  ): ((...args: unknown[]) => Promise<unknown>) | undefined;
}

const textOf = (buffer: Buffer): string => {
  const end = buffer.indexOf(0);
  return buffer.toString('utf8', 0, end === -1 ? buffer.length : end);
};

const typesOf = (parameters: readonly Parameter[]): ParameterType[] =>
  parameters.flatMap((parameter): ParameterType[] => {
    if ('in' in parameter) return [parameter.in];
    if ('out' in parameter) return [koffi.out(koffi.pointer(parameter.out))];
    if ('inOut' in parameter) return [koffi.inout(koffi.pointer(parameter.inOut))];
    return ['void *', parameter.length];
  });

const openOne = (path: string): NativeLibrary => {
  const library = koffi.load(path);
  const declare = (name: string, result: CType, parameters: readonly ParameterType[]) => {
    try {
      return library.func(name, result, [...parameters]);
    } catch {
      return undefined;
    }
  };
  return {
    path,
    addressOf: (pointer) => koffi.address(pointer),
    raw: (name, result, parameters) => {
      const fn = declare(name, result, parameters);
      return fn === undefined ? undefined : (...args) => fn(...args) as unknown;
    },
    rawAsync: (name, result, parameters) => {
      const fn = declare(name, result, parameters);
      if (fn === undefined) return undefined;
      return (...args) =>
        new Promise((resolve, reject) => {
          fn.async(...args, (error: unknown, value: unknown) => {
            if (error === null || error === undefined) resolve(value);
            else reject(error instanceof Error ? error : new Error('The call failed'));
          });
        });
    },
    bind: (name, parameters) => {
      const fn = declare(name, 'int', typesOf(parameters));
      if (fn === undefined) return () => null;
      return (...inputs) => {
        const waiting = [...inputs];
        const answers: (() => unknown)[] = [];
        const args = parameters.flatMap((parameter): unknown[] => {
          if ('in' in parameter) return [waiting.shift()];
          if ('out' in parameter || 'inOut' in parameter) {
            const slot: unknown[] = ['out' in parameter ? null : waiting.shift()];
            answers.push(() => slot[0]);
            return [slot];
          }
          const buffer = Buffer.alloc(parameter.text);
          answers.push(() => textOf(buffer));
          return [buffer, parameter.text];
        });
        const status: unknown = fn(...args);
        return status === 0 ? answers.map((answer) => answer()) : null;
      };
    },
  };
};

/** The first of the paths (or names for the dynamic linker) that can be opened; undefined when none can. */
export const openLibrary = (candidates: readonly string[]): NativeLibrary | undefined => {
  for (const candidate of candidates) {
    try {
      return openOne(candidate);
    } catch {
      continue;
    }
  }
  return undefined;
};

/** A C struct's type. koffi's names are global, hence none is given. */
export const structOf = (fields: Readonly<Record<string, CType>>): TypeObject => koffi.struct({ ...fields });
/** `char[length]`, read as text. */
export const charArray = (length: number): TypeObject => koffi.array('char', length, 'String');
export const arrayOf = (type: CType, length: number): TypeObject => koffi.array(type, length, 'Array');

/** A C number, 64 bits included; null for anything else. */
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : null;

/** A field of a decoded struct. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
