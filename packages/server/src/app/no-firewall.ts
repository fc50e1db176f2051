import type { Firewall } from '../domains/inference/index.ts';

/** Lets everything through. Stands here until the firewall's domain is wired in its place. */
export const noFirewall = (): Firewall => {
  const allow = {
    action: 'allow',
    reportOnly: false,
    score: 0,
    findings: [],
    masked: new Map<string, string>(),
  } as const;
  return {
    inspectInput: () => Promise.resolve(allow),
    inspectOutput: () => Promise.resolve(allow),
    openOutput: () => ({
      push: (text) => ({ out: text, verdict: null }),
      end: () => ({ out: '', verdict: null }),
    }),
  };
};
