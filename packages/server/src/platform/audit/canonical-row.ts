import { hash } from 'node:crypto';
import { canonicalJson, encodingVersion } from './canonical.ts';

/**
 * The canonical text of `canonical.ts` made straight from a row in binary COPY format, without making strings of
 * it: what lets one core check some hundred thousand entries a second. `canonical-row.test.ts` holds both equal.
 */
export interface RowReader {
  /** Reads one row of `rawColumns`; the reader's other members speak of it until the next call. */
  read(row: Buffer): void;
  /** Whether the row is of another chain than the one for which this was asked before. */
  writerChanged(): boolean;
  readonly sequence: number;
  writerId(): string;
  entryId(): string;
  details(): Readonly<Record<string, unknown>>;
  /** Whether the stored previous hash is this one. */
  follows(hash: Buffer): boolean;
  /** Whether the stored hash is that of the row. */
  isWhole(): boolean;
  copyHash(into: Buffer): void;
}

/** The columns in the order in which the canonical text has them; the two hashes come last. */
export const rawColumns = [
  'writer_id', 'sequence', 'id', 'occurred_at', 'correlation_id', 'principal_id', 'principal_kind', 'principal_name',
  'action', 'resource', 'granted', 'reason', 'ip_address', 'user_agent', 'details', 'previous_hash', 'hash',
] as const; // prettier-ignore

const at = {
  writer: 0,
  sequence: 1,
  id: 2,
  time: 3,
  granted: 10,
  details: 14,
  previous: 15,
  hash: 16,
} as const;

const comma = 0x2c;
const colon = 0x3a;
const dash = 0x2d;
const zero = 0x30;
const hashBytes = 32;
const hexDigits = Buffer.from('0123456789abcdef');
/** PostgreSQL counts microseconds from 2000-01-01. */
const postgresEpochMs = 946_684_800_000;
const minuteMs = 60_000;
const trueText = Buffer.from('4:true,');
const falseText = Buffer.from('5:false,');
const opening = Buffer.from(`${Buffer.byteLength(encodingVersion)}:${encodingVersion},`);
/** Copies below this are quicker byte by byte than by a call into the engine. */
const smallCopyBytes = 96;
/** Details repeat (`{"records": 100}`): their canonical form is kept for this many, up to this length each. */
const maxKeptDetails = 4_096;
const maxKeptDetailBytes = 256;

/** Bytes that grow when a large entry comes, and stay. */
const createScratch = () => {
  let bytes = Buffer.alloc(16_384);
  let end = 0;
  const byte = (value: number): void => {
    bytes[end] = value;
    end += 1;
  };
  const copy = (source: Buffer, from: number, length: number): void => {
    if (length > smallCopyBytes) source.copy(bytes, end, from, from + length);
    else for (let index = 0; index < length; index += 1) bytes[end + index] = source[from + index] ?? 0;
    end += length;
  };
  const decimal = (value: number): void => {
    if (value < 10) return byte(zero + value);
    if (value < 100) {
      byte(zero + ((value / 10) | 0));
      return byte(zero + (value % 10));
    }
    let power = 1;
    while (power * 10 <= value) power *= 10;
    for (let rest = value; power >= 1; power = Math.floor(power / 10)) {
      const digit = Math.floor(rest / power);
      byte(zero + digit);
      rest -= digit * power;
    }
  };
  const hex = (source: Buffer, from: number, length: number): void => {
    for (let index = from; index < from + length; index += 1) {
      const value = source[index] ?? 0;
      bytes[end] = hexDigits[value >> 4] ?? 0;
      bytes[end + 1] = hexDigits[value & 15] ?? 0;
      end += 2;
    }
  };
  return {
    byte,
    copy,
    decimal,
    hex,
    begin: (capacity: number): void => {
      end = 0;
      if (bytes.length < capacity) bytes = Buffer.alloc(capacity * 2);
    },
    digest: (): string => hash('sha256', bytes.subarray(0, end), 'latin1'),
    text: (): string => bytes.toString('utf8', 0, end),
  };
};

type Scratch = ReturnType<typeof createScratch>;

const uuidLength = Buffer.from('36:');

const writeUuid = (out: Scratch, row: Buffer, from: number): void => {
  out.copy(uuidLength, 0, uuidLength.length);
  out.hex(row, from, 4);
  out.byte(dash);
  out.hex(row, from + 4, 2);
  out.byte(dash);
  out.hex(row, from + 6, 2);
  out.byte(dash);
  out.hex(row, from + 8, 2);
  out.byte(dash);
  out.hex(row, from + 10, 6);
  out.byte(comma);
};

const readInt8 = (row: Buffer, from: number): number =>
  row.readInt32BE(from) * 0x1_0000_0000 + row.readUInt32BE(from + 4);

/** An int8 of microseconds as whole milliseconds. As a number it would lose its last digits from the year 2285 on. */
const readMicroseconds = (row: Buffer, from: number): number => {
  const high = row.readInt32BE(from);
  // 2 ** 32 = 4,294,967 * 1,000 + 296
  return high * 4_294_967 + Math.floor((high * 296 + row.readUInt32BE(from + 4)) / 1_000);
};

/** RFC 3339 with milliseconds; formatting a whole date each time would cost as much as the hash. */
const createTimeWriter = () => {
  let minute = Number.NaN;
  let prefix = Buffer.alloc(0);
  return (out: Scratch, row: Buffer, from: number): void => {
    const ms = readMicroseconds(row, from) + postgresEpochMs;
    const current = Math.floor(ms / minuteMs);
    if (current !== minute) {
      const text = new Date(current * minuteMs).toISOString();
      prefix = Buffer.from(text.slice(0, text.length - '00.000Z'.length));
      minute = current;
    }
    const rest = ms - current * minuteMs;
    out.decimal(prefix.length + '00.000Z'.length);
    out.byte(colon);
    out.copy(prefix, 0, prefix.length);
    out.byte(zero + Math.floor(rest / 10_000));
    out.byte(zero + (Math.floor(rest / 1_000) % 10));
    out.byte(0x2e);
    out.byte(zero + (Math.floor(rest / 100) % 10));
    out.byte(zero + (Math.floor(rest / 10) % 10));
    out.byte(zero + (rest % 10));
    out.byte(0x5a);
    out.byte(comma);
  };
};

/** The netstring of a jsonb value, canonical again: PostgreSQL orders keys and spaces in its own way. */
const createDetailsWriter = () => {
  const kept = new Map<string, Buffer>();
  return (text: string): Buffer => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const json = canonicalJson(JSON.parse(text));
    const made = Buffer.from(`${Buffer.byteLength(json)}:${json},`);
    if (text.length <= maxKeptDetailBytes) {
      if (kept.size >= maxKeptDetails) kept.clear();
      kept.set(text, made);
    }
    return made;
  };
};

const columns = rawColumns.length;

/** Where the columns of a row are. */
const createFields = () => {
  const starts = new Int32Array(columns);
  const lengths = new Int32Array(columns);
  const fields = {
    row: Buffer.alloc(0) as Buffer,
    start: (column: number): number => starts[column] ?? 0,
    /** Below 0 for null. */
    length: (column: number): number => lengths[column] ?? 0,
    read: (row: Buffer): void => {
      fields.row = row;
      let offset = 2;
      for (let column = 0; column < columns; column += 1) {
        const bytes = row.readInt32BE(offset);
        offset += 4;
        starts[column] = offset;
        lengths[column] = bytes;
        if (bytes > 0) offset += bytes;
      }
    },
    sequence: (): number => readInt8(fields.row, fields.start(at.sequence)),
    // A jsonb value starts with the version of its format, 1.
    details: (): string =>
      fields.row.toString(
        'utf8',
        fields.start(at.details) + 1,
        fields.start(at.details) + fields.length(at.details),
      ),
    uuid: (column: number): string =>
      fields.row
        .toString('hex', fields.start(column), fields.start(column) + 16)
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  };
  return fields;
};

type Fields = ReturnType<typeof createFields>;

const writeText = (out: Scratch, fields: Fields, column: number): void => {
  const bytes = fields.length(column);
  if (bytes < 0) {
    out.byte(dash);
    out.byte(comma);
    return;
  }
  out.decimal(bytes);
  out.byte(colon);
  out.copy(fields.row, fields.start(column), bytes);
  out.byte(comma);
};

/** Writes the canonical text of a row into the scratch. */
const createRowWriter = (out: Scratch, fields: Fields) => {
  const writeTime = createTimeWriter();
  const detailsOf = createDetailsWriter();
  return (sequence: number): void => {
    const { row, start } = fields;
    const details = detailsOf(fields.details());
    out.begin(row.length * 2 + details.length + 1_024);
    out.copy(opening, 0, opening.length);
    out.decimal(hashBytes * 2);
    out.byte(colon);
    out.hex(row, start(at.previous), hashBytes);
    out.byte(comma);
    writeUuid(out, row, start(at.writer));
    out.decimal(String(sequence).length);
    out.byte(colon);
    out.decimal(sequence);
    out.byte(comma);
    writeUuid(out, row, start(at.id));
    writeTime(out, row, start(at.time));
    for (let column = at.time + 1; column < at.granted; column += 1) writeText(out, fields, column);
    const granted = row[start(at.granted)] === 1 ? trueText : falseText;
    out.copy(granted, 0, granted.length);
    for (let column = at.granted + 1; column < at.details; column += 1) writeText(out, fields, column);
    out.copy(details, 0, details.length);
  };
};

const isDigest = (digest: string, row: Buffer, from: number): boolean => {
  for (let index = 0; index < hashBytes; index += 1) {
    if (digest.charCodeAt(index) !== row[from + index]) return false;
  }
  return true;
};

export const createRowReader = (): RowReader & { canonicalText(): string } => {
  const out = createScratch();
  const fields = createFields();
  const write = createRowWriter(out, fields);
  const writer = Buffer.alloc(16);
  let sequence = 0;
  const hashAt = (column: number): [number, number] => [
    fields.start(column),
    fields.start(column) + hashBytes,
  ];

  return {
    read: (row) => {
      fields.read(row);
      sequence = fields.sequence();
    },
    writerChanged: () => {
      const from = fields.start(at.writer);
      if (fields.row.compare(writer, 0, 16, from, from + 16) === 0) return false;
      fields.row.copy(writer, 0, from, from + 16);
      return true;
    },
    get sequence() {
      return sequence;
    },
    writerId: () => fields.uuid(at.writer),
    entryId: () => fields.uuid(at.id),
    details: () => {
      const parsed: unknown = JSON.parse(fields.details());
      return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
    },
    follows: (hash) =>
      fields.length(at.previous) === hashBytes && hash.compare(fields.row, ...hashAt(at.previous)) === 0,
    isWhole: () => {
      write(sequence);
      return (
        fields.length(at.hash) === hashBytes && isDigest(out.digest(), fields.row, fields.start(at.hash))
      );
    },
    copyHash: (into) => void fields.row.copy(into, 0, ...hashAt(at.hash)),
    canonicalText: () => {
      write(sequence);
      return out.text();
    },
  };
};
