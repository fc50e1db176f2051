/** A fixed table from 32-bit hashes to 32-bit values with open addressing: lookups cost a few nanoseconds. */
export interface IntTable {
  /** 0 where the key is not there. */
  get(key: number): number;
}

export const createIntTable = (entries: ReadonlyMap<number, number>): IntTable => {
  let size = 16;
  while (size < entries.size * 4) size *= 2;
  const keys = new Int32Array(size);
  const values = new Int32Array(size);
  const mask = size - 1;
  const slotOf = (key: number): number => Math.imul(key, 0x9e3779b1) >>> 7;
  for (const [key, value] of entries) {
    let slot = slotOf(key) & mask;
    while (values[slot] !== 0) slot = (slot + 1) & mask;
    keys[slot] = key | 0;
    values[slot] = value;
  }
  return {
    get: (key) => {
      let slot = slotOf(key) & mask;
      for (;;) {
        const value = values[slot] ?? 0;
        if (value === 0 || keys[slot] === (key | 0)) return value;
        slot = (slot + 1) & mask;
      }
    },
  };
};
