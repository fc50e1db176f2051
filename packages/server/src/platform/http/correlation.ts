const wellFormed = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's own correlation id where it is harmless, else a new one. */
export const correlationIdOf = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  newId: () => string,
): string => {
  const given = headers['x-correlation-id'] ?? headers['x-request-id'];
  return typeof given === 'string' && wellFormed.test(given) ? given : newId();
};
