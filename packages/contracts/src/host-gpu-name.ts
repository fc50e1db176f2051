const maxLength = 96;
const allowed = /^[A-Za-z0-9._:-]+$/;
const tailLength = 64;

/** FNV-1a over 64 bits: short, the same everywhere; nothing secret hangs on it. */
const hash = (text: string): string => {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(16).padStart(16, '0');
};

/** True for names that say where in its host a GPU is: many hosts have one at that place. */
export const isHostLocalGpu = (uuid: string): boolean => /^PCI-/i.test(uuid);

/**
 * What a GPU without a UUID of its vendor is called: its node and what tells it apart there (`PCI-0000:4d:00.0`, an index),
 * for a GPU's name is unique among all clusters. What is too long for one, or has other characters, is shortened by a hash.
 */
export const hostGpuName = (
  { clusterId, nodeName }: { readonly clusterId: string; readonly nodeName: string },
  local: string,
): string => {
  const host = clusterId === 'default' ? nodeName : `${clusterId}::${nodeName}`;
  const name = `HOST-${host}-${local}`;
  const isPlain = name.length <= maxLength && allowed.test(name) && !nodeName.includes('::');
  if (isPlain) return name;
  const tail = local.replace(/[^A-Za-z0-9._:-]/g, '_').slice(-tailLength);
  return `HOST-${hash(JSON.stringify([clusterId, nodeName, local]))}-${tail}`;
};
