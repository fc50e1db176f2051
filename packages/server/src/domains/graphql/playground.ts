import { createHash } from 'node:crypto';
import { playgroundScript } from './playground-script.ts';

export interface Playground {
  readonly html: string;
  /** The Content-Security-Policy under which the page runs: its own script and style, and requests to this server. */
  readonly policy: string;
}

const style = `
body{margin:0;font:14px system-ui,sans-serif;background:#10141a;color:#e4e8ee;display:grid;height:100vh;
grid-template:auto 1fr auto/1fr 1fr 20rem}
header{grid-column:1/4;display:flex;gap:.75rem;align-items:center;padding:.6rem 1rem;background:#171d26}
h1{font-size:1rem;margin:0 auto 0 0}
input,textarea,pre,aside{background:#0c1015;color:inherit;border:1px solid #2a3340;font:13px ui-monospace,monospace}
input{padding:.35rem;width:22rem}
button{padding:.4rem 1rem;background:#2f7d4f;color:#fff;border:0;border-radius:3px;cursor:pointer}
button:focus-visible,textarea:focus-visible,input:focus-visible{outline:2px solid #6cb8ff}
textarea{resize:none;padding:.75rem}#query{grid-row:2}#variables{grid-row:3;height:6rem}
pre{grid-row:2/4;grid-column:2;margin:0;padding:.75rem;overflow:auto;white-space:pre-wrap}
aside{grid-row:2/4;grid-column:3;padding:.75rem;overflow:auto}
aside h2{font-size:.85rem;margin:.8rem 0 .2rem}aside p{margin:.1rem 0;color:#9fb0c3}`;

const example = `{
  nodes(first: 5) {
    edges { node { name status gpus { model latestTelemetry { timestamp metrics } } activeAlerts { title severity } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const body = `<header><h1>GPUShield GraphQL</h1>
<label for="token">Access token or API key</label><input id="token" type="password" autocomplete="off">
<button id="run">Run (Ctrl-Enter)</button><button id="stop" hidden>Stop</button></header>
<textarea id="query" aria-label="Query" spellcheck="false">${example}</textarea>
<pre id="result" aria-live="polite">Type a token and run. Subscriptions run until they are stopped.</pre>
<aside aria-label="Schema"><p>The schema is read when a token is given.</p></aside>
<textarea id="variables" aria-label="Variables as JSON" spellcheck="false">{}</textarea>`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** One page without anything from elsewhere: an editor, variables, results, subscriptions and the schema. */
export const createPlayground = (): Playground => ({
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GPUShield GraphQL</title><style>${style}</style></head><body>${body}<script>${playgroundScript}</script></body></html>`,
  policy: `default-src 'none'; script-src ${hashOf(playgroundScript)}; style-src ${hashOf(style)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
});
