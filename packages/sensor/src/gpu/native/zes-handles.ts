import { numberOf, type NativeLibrary } from './bind.ts';

/** More of anything than one device has. */
const maxHandles = 256;
const pointerBytes = 8;

/**
 * The handles that an enumerating function of Level Zero gives: asked once for their number, once for them. The
 * function takes an optional parent, a pointer to the count and an array. Empty when there are none or it fails.
 */
export const enumerateHandles =
  ({ raw }: NativeLibrary) =>
  (name: string, parent?: unknown): readonly unknown[] => {
    const parameters = parent === undefined ? ['void *', 'void *'] : ['void *', 'void *', 'void *'];
    const call = raw(name, 'int', parameters);
    if (call === undefined) return [];
    const before = parent === undefined ? [] : [parent];
    const count = Buffer.alloc(4);
    if (numberOf(call(...before, count, null)) !== 0) return [];
    const wanted = Math.min(count.readUInt32LE(0), maxHandles);
    if (wanted === 0) return [];
    count.writeUInt32LE(wanted, 0);
    const handles = Buffer.alloc(pointerBytes * wanted);
    if (numberOf(call(...before, count, handles)) !== 0) return [];
    const found = Math.min(count.readUInt32LE(0), wanted);
    return Array.from({ length: found }, (_handle, index) => handles.readBigUInt64LE(index * pointerBytes));
  };
export type Enumerate = ReturnType<typeof enumerateHandles>;
