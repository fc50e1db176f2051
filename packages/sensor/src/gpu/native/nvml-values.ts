import { numberOf } from './bind.ts';
import type { NvmlFunctions } from './nvml-functions.ts';

/** sizeof(nvmlFieldValue_t): ids, timestamps, type, status and the value. */
const fieldBytes = 40;
const valueAt = 32;

/** Decodes the union of an nvmlFieldValue_t by its nvmlValueType_t. */
const decodeValue = (buffer: Buffer, offset: number): number | null => {
  const at = offset + valueAt;
  switch (buffer.readUInt32LE(offset + 24)) {
    case 0:
      return buffer.readDoubleLE(at);
    case 1:
      return buffer.readUInt32LE(at);
    case 2:
    case 3:
      return Number(buffer.readBigUInt64LE(at));
    case 4:
      return Number(buffer.readBigInt64LE(at));
    case 5:
      return buffer.readInt32LE(at);
    case 6:
      return buffer.readUInt16LE(at);
    default:
      return null;
  }
};

/** Values of fields in one call, `[field, scope]` each; null for those that the GPU does not have. */
export const readFields = (
  { fieldValues }: NvmlFunctions,
  device: unknown,
  fields: readonly (readonly [number, number])[],
): readonly (number | null)[] => {
  if (fieldValues === undefined) return fields.map(() => null);
  const buffer = Buffer.alloc(fieldBytes * fields.length);
  fields.forEach(([id, scope], index) => {
    buffer.writeUInt32LE(id, index * fieldBytes);
    buffer.writeUInt32LE(scope, index * fieldBytes + 4);
  });
  if (fieldValues(device, fields.length, buffer) !== 0) return fields.map(() => null);
  return fields.map((_field, index) => {
    const offset = index * fieldBytes;
    return buffer.readUInt32LE(offset + 28) === 0 ? decodeValue(buffer, offset) : null;
  });
};

/** sizeof(nvmlProcessInfo_t), and more processes than a GPU is shared by. */
const processBytes = 24;
const maxProcesses = 256;
const insufficientSize = 7;

/** Number of processes that compute on a GPU; null where it cannot be told. */
export const countProcesses = ({ computeProcesses }: NvmlFunctions, device: unknown): number | null => {
  if (computeProcesses === undefined) return null;
  const count = Buffer.alloc(4);
  count.writeUInt32LE(maxProcesses);
  const status = computeProcesses(device, count, Buffer.alloc(processBytes * maxProcesses));
  return status === 0 || status === insufficientSize ? count.readUInt32LE(0) : null;
};

/** The first answer of a call as a number times `scale`; null when there is none. */
export const first = (answers: readonly unknown[] | null, scale = 1): number | null => {
  const value = answers === null ? null : numberOf(answers[0]);
  // A division by 1000 is exact where a product with 0.001 is not.
  return value === null ? null : scale < 1 ? value / (1 / scale) : value * scale;
};

/** The first answer of a call as text; null when there is none. */
export const firstText = (answers: readonly unknown[] | null): string | null => {
  const value = answers?.[0];
  return typeof value === 'string' && value !== '' ? value : null;
};
