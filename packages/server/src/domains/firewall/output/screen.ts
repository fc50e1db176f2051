import { toxicityOf, type Engine } from '../engine.ts';
import type { Hit } from '../hit.ts';
import { actionOn, findingOf, maskHits, severer, worthTelling } from '../judge.ts';
import { findPii } from '../pii/find-pii.ts';
import type { Policy } from '../policy/settings.ts';
import { findSecrets } from '../rules/secrets.ts';
import type { Action, OutputScreen, Verdict } from '../types.ts';
import { canaryTail, findCanaries } from './canaries.ts';
import { exfiltrationLeadMax, findExfiltration } from './exfiltration.ts';

/** Never is more than this held back: some 50 ms of a model that says 1,000 tokens a second. */
export const holdBackMax = 256;
/** What left already and is looked at again as context: "my phone number is". */
const contextChars = 80;
/** The same for links and images: what may stand before their address, and some more. */
const linkContextChars = exfiltrationLeadMax + 64;
/** Abuse is judged on this much text, each time half of it is new. */
const toxicityChars = 600;
/** The body of a private key is swallowed up to this length. */
const keyBodyMax = 16_000;

/** A tail that may yet become a number, an address, a token or a link. */
const unfinished =
  /(?:!?\[[^\]\n]{0,80}(?:\](?:\([^)\s]{0,160})?)?|<[a-z][^>\n]{0,160}|[+(]?\d[\d\s().+/-]{0,40}[A-Za-z0-9]{0,24}|[A-Za-z0-9._%+@:/=&?#-]{1,200})$/i;
/** Nothing that is looked for in a tail is without one of these. */
const worthALook =
  /[\d@]|:\/\/|PRIVATE|KEY|-----|[A-Za-z]_[A-Za-z0-9]|eyJ|ya29|(?:SG|hv[sbr])\.|(?:sk|xai|pypi|glpat|nvapi)-|xox|AIza|A[KSBC][IC]A/;
const digitsOrSigns = /[\d@[<_=:/+.-]/;

/** How many characters at the end of `text` have to wait. A plain word waits only with what may follow it. */
const heldBack = (text: string, canaries: readonly string[]): number => {
  const tail = text.slice(-holdBackMax);
  const match = unfinished.exec(tail);
  const waits = match === null ? 0 : match[0].length;
  const plainWord = match !== null && !digitsOrSigns.test(match[0]);
  // A word of up to 24 letters may be the begin of a token or address; letters of prose wait with their word only.
  const wanted = plainWord ? Math.min(waits, 24) : waits;
  return Math.min(holdBackMax, Math.max(wanted, canaryTail(tail, canaries)));
};

export interface ScreenDeps {
  readonly engine: Engine;
  readonly policy: Policy;
  readonly onVerdict: (verdict: Verdict) => void;
}

interface State {
  /** What left last, as it was said. */
  context: string;
  held: string;
  /** Where `held` begins in the whole answer. */
  offset: number;
  recent: string;
  unjudged: number;
  swallowed: number;
  ended: boolean;
}

const verdictOf = (policy: Policy, hits: readonly Hit[], offset: number, text: string): Verdict | null => {
  let action: Action = 'allow';
  for (const hit of hits) action = severer(action, actionOn(policy, hit));
  const findings = hits
    .filter((hit) => worthTelling(policy, hit))
    .map((hit) => findingOf({ ...hit, start: hit.start + offset, end: hit.end + offset }, ''));
  if (findings.length === 0) return null;
  const masked = action === 'mask' ? new Map([['', text]]) : new Map<string, string>();
  return {
    action,
    reportOnly: policy.reportOnly,
    score: Math.max(...findings.map(({ score }) => score)),
    findings,
    masked,
  };
};

/** Hits in what is held, found with what stands before it; those that end in what left already are old. */
const hitsIn = (state: State, policy: Policy, ready: number): readonly Hit[] => {
  const within = (context: string, find: (text: string) => readonly Hit[]): readonly Hit[] => {
    const before = context.length;
    return find(`${context}${state.held}`)
      .filter(({ end, start }) => end > before && start < before + ready)
      .map((hit) => ({ ...hit, start: Math.max(0, hit.start - before), end: hit.end - before }));
  };
  const near = state.context.slice(-contextChars);
  const found = worthALook.test(state.held)
    ? within(near, (text) => [...findPii(text), ...findSecrets(text)])
    : [];
  return [
    ...found,
    ...within(state.context, (text) => findExfiltration(text, policy.allowedLinkHosts)),
    ...within(near, (text) => findCanaries(text, policy.canaries)),
  ];
};

const judgeToxicity = (
  { engine, policy }: ScreenDeps,
  state: State,
  final: boolean,
  length: number,
): readonly Hit[] => {
  if (policy.toxicity === 'allow' || (state.unjudged < toxicityChars / 2 && !final) || state.unjudged === 0)
    return [];
  state.unjudged = 0;
  const score = toxicityOf(engine, state.recent);
  if (score < policy.toxicityThreshold) return [];
  return [
    {
      kind: 'toxicity',
      type: 'linear_model',
      score,
      start: 0,
      end: length,
      reason: 'The wording is abusive',
    },
  ];
};

/** Drops the body of a private key whose beginning was masked. */
const swallow = (state: State, text: string): string => {
  if (state.swallowed === 0) return text;
  const body =
    /^[A-Za-z0-9+/=\s:,]*(?:-----END[A-Z -]{0,40}-----|-{0,5}END[A-Z -]{0,40}$|-{1,5}$)?/.exec(text)?.[0] ??
    '';
  state.swallowed += body.length;
  const over =
    body.length < text.length || /END[A-Z -]{0,40}-----$/.test(body) || state.swallowed > keyBodyMax;
  if (over) state.swallowed = 0;
  state.offset += body.length;
  return text.slice(body.length);
};

/** Takes `ready` characters out of what is held. */
const release = (state: State, ready: number): void => {
  const left = state.held.slice(0, ready);
  state.context = `${state.context}${left}`.slice(-linkContextChars);
  state.recent = `${state.recent}${left}`.slice(-toxicityChars);
  state.unjudged += left.length;
  state.held = state.held.slice(ready);
  state.offset += ready;
};

const step = (
  deps: ScreenDeps,
  state: State,
  final: boolean,
): { readonly out: string; readonly verdict: Verdict | null } => {
  const { policy } = deps;
  let ready = final ? state.held.length : state.held.length - heldBack(state.held, policy.canaries);
  if (ready <= 0) return { out: '', verdict: null };
  const hits = hitsIn(state, policy, ready);
  // A hit that reaches into what waits goes out whole, masked.
  for (const hit of hits) ready = Math.max(ready, Math.min(hit.end, state.held.length));
  const offset = state.offset;
  const text = state.held.slice(0, ready);
  const toMask = hits.filter((hit) => actionOn(policy, hit) === 'mask');
  if (
    !policy.reportOnly &&
    toMask.some(({ type, end }) => type === 'private_key' && end >= state.held.length)
  )
    state.swallowed = 1;
  release(state, ready);
  const rude = judgeToxicity(deps, state, final, ready);
  const hidden = [...toMask, ...rude.filter((hit) => actionOn(policy, hit) === 'mask')];
  const masked = hidden.length === 0 ? text : maskHits(text, hidden);
  const verdict = verdictOf(policy, [...hits, ...rude], offset, masked);
  if (verdict !== null) deps.onVerdict(verdict);
  const blocks = verdict?.action === 'block' && !policy.reportOnly;
  if (blocks) state.ended = true;
  return { out: blocks ? '' : policy.reportOnly ? text : masked, verdict };
};

/** Screens one stream. What leaves has been judged; at most `holdBackMax` characters wait for what follows them. */
export const openScreen = (deps: ScreenDeps): OutputScreen => {
  const state: State = {
    context: '',
    held: '',
    offset: 0,
    recent: '',
    unjudged: 0,
    swallowed: 0,
    ended: false,
  };
  if (!deps.policy.enabled)
    return { push: (text) => ({ out: text, verdict: null }), end: () => ({ out: '', verdict: null }) };
  return {
    push: (text) => {
      if (state.ended) return { out: '', verdict: null };
      state.held = `${state.held}${swallow(state, text)}`;
      return step(deps, state, false);
    },
    end: () => (state.ended ? { out: '', verdict: null } : step(deps, state, true)),
  };
};
