/** One record of the kernel's audit log; the records of one event share its time and serial. */
export interface AuditRecord {
  readonly type: string;
  /** `seconds.milliseconds:serial`: one event. */
  readonly event: string;
  readonly atMs: number;
  readonly fields: ReadonlyMap<string, string>;
}

const head = /^(?:node=\S+ )?type=([A-Z][A-Z0-9_]{1,40}) msg=audit\((\d{1,11})\.(\d{3}):(\d{1,20})\): ?/;
const field = /(?:^|\s)([A-Za-z_][A-Za-z0-9_[\]-]{0,40})=("[^"]*"|'[^']*'|\S*)/g;
/** Fields whose value is text: quoted where it is plain, else in hexadecimal digits. */
const isText = (name: string): boolean => /^(?:comm|exe|name|cwd|key|proctitle|a\d+(?:\[\d+\])?)$/.test(name);
/** Records with more fields are longer than the kernel makes them, except of arguments. */
const maxFields = 512;

const hexText = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8');

/** The text that a value of a record stands for; undefined: none was told. */
export const textIn = (value: string | undefined): string | undefined => {
  if (value === undefined || value === '(null)' || value === '(none)') return undefined;
  if (value.startsWith('"')) return value.slice(1, -1);
  return /^(?:[0-9A-Fa-f]{2})+$/.test(value) ? hexText(value) : value;
};

/**
 * Reads a line of audit.log; undefined where it is none. Behind the byte 0x1d stands what auditd itself made of the fields
 * (log_format = ENRICHED), in capitals.
 */
export const parseAuditLine = (line: string): AuditRecord | undefined => {
  const found = head.exec(line);
  if (found === null) return undefined;
  const [whole, type = '', seconds = '', ms = '', serial = ''] = found;
  const fields = new Map<string, string>();
  const rest = line.slice(whole.length).replaceAll('\u001d', ' ');
  for (const [, name = '', value = ''] of rest.matchAll(field)) {
    if (fields.size >= maxFields) break;
    // The first one counts: what a process chose for its name comes behind what the kernel wrote.
    if (!fields.has(name)) fields.set(name, value);
  }
  return {
    type,
    event: `${seconds}.${ms}:${serial}`,
    atMs: Number(seconds) * 1000 + Number(ms),
    fields,
  };
};

/** A field's text. Names of a process and of files are quoted or in hexadecimal digits, so that they forge no field. */
export const textOf = ({ fields }: AuditRecord, name: string): string | undefined =>
  isText(name) ? textIn(fields.get(name)) : fields.get(name);
export const numberOf = ({ fields }: AuditRecord, name: string): number | undefined => {
  const value = fields.get(name);
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
};
