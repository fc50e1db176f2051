/** The parts of a Linux ioctl request number, as `_IOC` packs them. */
export interface IoctlRequest {
  /** ASCII letter of the driver's magic, such as `F` for NVIDIA; hex where it is no printable character. */
  readonly magic: string;
  readonly command: number;
  readonly sizeBytes: number;
  /** Such as `nvidia:rm_control`; undefined where the tables know no name. */
  readonly name: string | undefined;
}

/** NVIDIA's kernel interface (open-gpu-kernel-modules, nv-ioctl-numbers.h and nv_escape.h). */
const nvidia: Readonly<Record<number, string>> = {
  0x2a: 'rm_control',
  0x2b: 'rm_alloc',
  0x34: 'dup_object',
  0x4d: 'access_registry',
  0x4e: 'map_memory',
  0x5c: 'export_object_to_fd',
  0x5d: 'import_object_from_fd',
  217: 'export_to_dmabuf_fd',
};
/** Carries another command's number and pointer, so that the size of a command is no limit. */
const nvidiaWrapper = 211;
const kfd: Readonly<Record<number, string>> = {
  0x02: 'create_queue',
  0x16: 'alloc_memory',
  0x18: 'map_memory',
  0x1c: 'get_dmabuf_info',
  0x1d: 'import_dmabuf',
  0x24: 'export_dmabuf',
  0x26: 'dbg_trap',
};
const drm: Readonly<Record<number, string>> = {
  0x00: 'version',
  0x2d: 'prime_handle_to_fd',
  0x2e: 'prime_fd_to_handle',
};
const drivers: Readonly<Record<string, readonly [string, Readonly<Record<number, string>>]>> = {
  F: ['nvidia', nvidia],
  K: ['kfd', kfd],
  d: ['drm', drm],
};

/**
 * Decodes an ioctl's request number: command in bits 0–7, magic in 8–15, size in 16–29. `innerCommand` is the command that
 * NVIDIA's wrapper (211) carries, where the sensor could read it.
 */
export const decodeIoctl = (request: number, innerCommand?: number): IoctlRequest => {
  const command = request & 0xff;
  const magicCode = (request >>> 8) & 0xff;
  const sizeBytes = (request >>> 16) & 0x3fff;
  const magic =
    magicCode >= 0x20 && magicCode < 0x7f ? String.fromCharCode(magicCode) : `0x${magicCode.toString(16)}`;
  const driver = drivers[magic];
  if (driver === undefined) return { magic, command, sizeBytes, name: undefined };
  const [prefix, names] = driver;
  const wrapped = magic === 'F' && command === nvidiaWrapper;
  const effective = wrapped ? innerCommand : command;
  const known = effective === undefined ? undefined : names[effective];
  const name = known ?? (wrapped && innerCommand === undefined ? 'wrapped' : undefined);
  return {
    magic,
    command: effective ?? command,
    sizeBytes,
    name: name === undefined ? undefined : `${prefix}:${name}`,
  };
};
