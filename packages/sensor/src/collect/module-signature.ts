const magic = Buffer.from('~Module signature appended~\n');
/** struct module_signature of the kernel (include/linux/module_signature.h): the last field is the length, big endian. */
const trailerBytes = 12;
const pkcs7IdType = 2;
/** A PKCS#7 signature of a module is below 2 KiB with every algorithm in use. */
export const maxSignatureBytes = 16_384;
/** DER of the object identifier 2.5.4.3 (commonName). */
const commonNameOid = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03]);
const stringTags: ReadonlySet<number> = new Set([0x0c, 0x13, 0x16]);

/**
 * The common name of a module's signer, out of the last bytes of an uncompressed module file; null when the file
 * carries no PKCS#7 signature or names nobody. The signature is not verified here: the kernel did that at loading.
 */
export const parseModuleSigner = (tail: Buffer): string | null => {
  if (!tail.subarray(-magic.length).equals(magic)) return null;
  const trailerAt = tail.length - magic.length - trailerBytes;
  if (trailerAt < 0 || tail[trailerAt + 2] !== pkcs7IdType) return null;
  const length = tail.readUInt32BE(trailerAt + 8);
  const signature = tail.subarray(Math.max(0, trailerAt - length), trailerAt);
  const oidAt = signature.lastIndexOf(commonNameOid);
  if (oidAt < 0) return null;
  const valueAt = oidAt + commonNameOid.length;
  const [tag, valueLength] = [signature[valueAt], signature[valueAt + 1]];
  if (tag === undefined || valueLength === undefined || !stringTags.has(tag) || valueLength > 127)
    return null;
  const name = signature.subarray(valueAt + 2, valueAt + 2 + valueLength).toString('utf8');
  return name.length === 0 ? null : name.slice(0, 256);
};
