/** The processors that a process may use, from the text of its `/proc/<pid>/status`; empty where it does not say. */
export const processorsIn = (status: string): readonly number[] => {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map((text) => (text === '' ? Number.NaN : Number(text)));
    if (first === undefined || !Number.isInteger(first)) return [];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, n) => first + n);
  });
};
