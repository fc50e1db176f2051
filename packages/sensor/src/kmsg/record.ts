/** One record of /dev/kmsg (Linux, Documentation/ABI/testing/dev-kmsg). */
export interface KernelRecord {
  readonly sequence: number;
  /** Microseconds on the kernel's clock, which starts at boot. */
  readonly timestampUs: number;
  /** The kernel sets another facility on what programs write into /dev/kmsg: they cannot pass for the kernel. */
  readonly isFromKernel: boolean;
  readonly message: string;
}

/** `priority,sequence,timestamp,flags[,…];message`; null for continuation lines (` KEY=value`) and other text. */
export const parseKernelRecord = (line: string): KernelRecord | null => {
  const match = /^(\d{1,10}),(\d{1,15}),(\d{1,16}),[^;]*;(.*)$/.exec(line);
  if (match === null) return null;
  const [, priority, sequence, timestampUs, message = ''] = match;
  return {
    sequence: Number(sequence),
    timestampUs: Number(timestampUs),
    isFromKernel: Number(priority) >> 3 === 0,
    message: message.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  };
};
