/**
 * What inference asks of the firewall: every text before the model, every text after it. The shapes are the firewall
 * domain's; they stand here too, so that inference depends on what it uses and on nothing else.
 */
export interface Firewall {
  inspectInput(input: InspectedInput, signal: AbortSignal): Promise<Verdict>;
  inspectOutput(input: FirewallContext & { readonly text: string }): Promise<Verdict>;
  /** For a stream: push text, get what may go out now; `end` gives the rest. Holds back no more than it must. */
  openOutput(context: FirewallContext): OutputScreen;
}

export interface FirewallContext {
  readonly model: string;
  readonly principalId: string;
  /** What risk accumulates over; null where there is no session. */
  readonly sessionId: string | null;
}

export interface InspectedInput extends FirewallContext {
  readonly parts: readonly InputPart[];
}

export interface InputPart {
  readonly kind: 'system' | 'user' | 'assistant' | 'tool' | 'document' | 'tool_arguments';
  readonly text: string;
  /** JSON pointer into the request. */
  readonly path: string;
}

export interface OutputScreen {
  push(text: string): { readonly out: string; readonly verdict: Verdict | null };
  end(): { readonly out: string; readonly verdict: Verdict | null };
}

export interface Verdict {
  readonly action: 'allow' | 'mask' | 'block';
  /** The verdict is recorded, and nothing is done about it. */
  readonly reportOnly: boolean;
  readonly score: number;
  readonly findings: readonly Finding[];
  /** Replacement text by the path of its part, where the action is `mask`. */
  readonly masked: ReadonlyMap<string, string>;
}

export interface Finding {
  readonly kind: 'injection' | 'pii' | 'toxicity' | 'secret' | 'exfiltration' | 'canary';
  readonly type: string;
  readonly score: number;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}
