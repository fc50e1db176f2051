/** How `gpushield` ends. Scripts rely on these numbers: they do not change. */
export const exitCodes = {
  ok: 0,
  /** The server refused the request as invalid, or something unforeseen happened. */
  failure: 1,
  /** The command line itself is wrong: nothing was sent. */
  usage: 2,
  /** Not signed in, or signed in without the right to do this. */
  notAllowed: 3,
  notFound: 4,
  conflict: 5,
  /** The server is away, overloaded or too slow: the same command may succeed later. */
  unavailable: 6,
  /** Ctrl-C at a prompt, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for an HTTP status that is not a success. */
export const exitCodeForStatus = (status: number): ExitCode => {
  switch (status) {
    case 401:
    case 403:
      return exitCodes.notAllowed;
    case 404:
      return exitCodes.notFound;
    case 409:
      return exitCodes.conflict;
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
    case 507:
      return exitCodes.unavailable;
    default:
      return exitCodes.failure;
  }
};
