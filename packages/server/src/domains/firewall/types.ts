/** What a part of a request is: who speaks decides how its text is judged. */
export type PartKind = 'system' | 'user' | 'assistant' | 'tool' | 'document' | 'tool_arguments';

/** One text of a request. `path` says where it stood, such as `/messages/2/content/0/text`; findings carry it. */
export interface Part {
  readonly kind: PartKind;
  readonly text: string;
  readonly path: string;
}

/** Whose call it is. `sessionId` ties the calls of one conversation together; null where the client has none. */
export interface FirewallContext {
  readonly model: string;
  readonly principalId: string;
  readonly sessionId: string | null;
}

export type FindingKind = 'injection' | 'pii' | 'toxicity' | 'secret' | 'exfiltration' | 'canary';

/** One reason of a verdict. `start` and `end` are UTF-16 offsets in the text at `path`; `score` is 0..1. */
export interface Finding {
  readonly kind: FindingKind;
  /** What exactly, such as `card`, `role_tag` or `linear_model`. */
  readonly type: string;
  readonly score: number;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** For people; never quotes the text. */
  readonly reason: string;
}

export type Action = 'allow' | 'mask' | 'block';

/**
 * What is to be done. With `reportOnly` the caller lets everything through as it is and records `action` as what would
 * have been done. `masked` holds the new text of each path that `action: 'mask'` changes.
 */
export interface Verdict {
  readonly action: Action;
  readonly reportOnly: boolean;
  /** The highest score of any finding that counts towards blocking, 0..1; at 0.5 stage 1 blocks. */
  readonly score: number;
  /** What the policy does most about comes first: of a call that is blocked, the reason. At most 1,000. */
  readonly findings: readonly Finding[];
  readonly masked: ReadonlyMap<string, string>;
}

/**
 * A stream's screen. `push` takes what the model said and answers what may leave now; a verdict other than null ends
 * the stream when its action is `block`. `end` gives what was held back.
 */
export interface OutputScreen {
  push(text: string): { readonly out: string; readonly verdict: Verdict | null };
  end(): { readonly out: string; readonly verdict: Verdict | null };
}

/** The prompt firewall, before the model and after it. */
export interface Firewall {
  /** Throws only the signal's reason; whatever else goes wrong is a verdict of its policy's rule on failure. */
  inspectInput(
    input: FirewallContext & { readonly parts: readonly Part[] },
    signal: AbortSignal,
  ): Promise<Verdict>;
  inspectOutput(input: FirewallContext & { readonly text: string }): Promise<Verdict>;
  /** Synchronous, so it judges by the policy that is cached; `inspectInput` of the same call made it fresh. */
  openOutput(context: FirewallContext): OutputScreen;
}
