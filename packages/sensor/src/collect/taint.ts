import { join } from 'node:path';
import type { Inventory } from '@gpushield/contracts';
import { readProblem, readText } from './read-text.ts';
import type { Roots } from './roots.ts';

/** Bit numbers of /proc/sys/kernel/tainted with their names (Linux, Documentation/admin-guide/tainted-kernels). */
export const taintFlags: readonly string[] = [
  'proprietary_module',
  'forced_module_load',
  'cpu_out_of_spec',
  'forced_module_unload',
  'machine_check',
  'bad_page',
  'user_request',
  'kernel_died',
  'acpi_table_overridden',
  'kernel_warning',
  'staging_driver',
  'firmware_workaround',
  'out_of_tree_module',
  'unsigned_module',
  'soft_lockup',
  'livepatched',
  'auxiliary',
  'struct_randomized',
  'test',
  'userspace_fwctl',
];

/** Names of the bits that are set; a bit without a name is `bit_<n>`. Exact up to 2^53. */
export const decodeTaint = (value: number): string[] => {
  const flags: string[] = [];
  for (let bit = 0, rest = value; rest > 0; bit += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) flags.push(taintFlags[bit] ?? `bit_${bit}`);
  }
  return flags;
};

/** The kernel's taint; `problem` says why it is unknown. */
export const collectTaint = async (
  roots: Roots,
): Promise<{ taint: Inventory['taint']; problem: string | null }> => {
  try {
    const source = (await readText(join(roots.proc, 'sys/kernel/tainted'))).trim();
    const value = Number(source);
    if (!/^\d{1,16}$/.test(source) || !Number.isSafeInteger(value)) throw new Error('not a number');
    return { taint: { value, flags: decodeTaint(value) }, problem: null };
  } catch (error) {
    return {
      taint: { value: null, flags: [] },
      problem: `kernel taint: /proc/sys/kernel/tainted ${readProblem(error)}`,
    };
  }
};
