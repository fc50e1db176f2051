import { usageError } from './cli-error.ts';

/** A server's address in the one form that credentials are kept under: origin and path without a trailing slash. */
export const normaliseUrl = (text: string): string => {
  const trimmed = text.trim();
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  } catch {
    throw usageError(`"${text}" is no address of a server`, 'Give one like https://gpushield.example:8000.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw usageError(`"${url.protocol}//" is not supported`, 'Give an http:// or https:// address.');
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError('The address must not carry a user name or a password', 'Sign in instead.');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};
