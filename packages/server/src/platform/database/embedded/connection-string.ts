/** A `postgresql://` address; a directory as host stands for the Unix socket in it. */
export const connectionString = (
  user: string,
  password: string,
  database: string,
  at: { readonly host: string; readonly port: number },
): string => `postgresql://${user}:${password}@${encodeURIComponent(at.host)}:${String(at.port)}/${database}`;
