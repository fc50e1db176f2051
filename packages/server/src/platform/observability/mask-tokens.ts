const hidden = '***';

/** A run of the letters that tokens are written with. Possessive by construction: one class, one pass. */
const tokenRun = /[\w\-.~+/=%]{16,}/g;

/** 86 base64url characters are one of our API keys (64 random bytes), alone or inside a longer run. */
const apiKey = /[\w-]{86,}/g;

const awsKeyId = /(?:AKIA|ASIA)[A-Z0-9]{16}/g;

/** Prefixes under which others issue credentials: OpenAI, GitHub, GitLab, Hugging Face, Vault, Slack, webhooks. */
const issued = /(?:\bsk-|gh[pousr]_|github_pat_|glpat-|\bhf_|\bhv[sb]\.|xox[abprs]-|whsec_)[\w\-+/=.]{8,}/g;

/** "eyJ" is base64 of '{"', with which every JWT's header and payload start. */
const jwtPart = /eyJ[\w-]{6}/;

/** Looked for part by part: one pattern over the whole run would start anew at each "eyJ" and cost its square. */
const holdsJwt = (run: string): boolean =>
  run
    .split('.')
    .slice(0, -1)
    .some((part) => jwtPart.test(part));

/** Hides tokens that give themselves away by their form. */
export const maskTokens = (text: string): string =>
  text.replaceAll(tokenRun, (run) => {
    // The run goes as a whole, signature included.
    if (run.includes('eyJ') && holdsJwt(run)) return hidden;
    return run.replaceAll(apiKey, hidden).replaceAll(awsKeyId, hidden).replaceAll(issued, hidden);
  });

// Case counts here: "basic dashboards" is prose, and base64 of a user and password has a capital, digit or sign.
const scheme =
  /\b([Bb]asic|BASIC|[Aa]pi[Kk]ey|[Nn]egotiate)(\s{1,4})(?=[a-z]{0,4096}[\dA-Z=+/._~-])[\w\-.~+/]{6,}={0,2}/g;
const bearer = /\b(bearer)(\s{1,4})[\w\-.~+/]+={0,2}/gi;
const awsSecret =
  /(secret[ _-]?access[ _-]?key[^A-Za-z0-9]{0,8}(?:is[^A-Za-z0-9]{1,4})?)[A-Za-z0-9/+=]{40}/gi;

/** Hides what stands after the name of an authentication scheme, and AWS secret keys after their name. */
export const maskSchemes = (text: string): string =>
  text
    .replaceAll(bearer, `$1$2${hidden}`)
    .replaceAll(scheme, `$1$2${hidden}`)
    .replaceAll(awsSecret, `$1${hidden}`);

const urlRun = /:\/\/[^\s"'`<>\\]+/g;

/** Hides the userinfo of URLs. Passwords may hold unescaped `/`, `:` and `@`: everything up to the last `@` goes. */
export const maskUrls = (text: string): string =>
  text.replaceAll(urlRun, (run) => {
    const at = run.lastIndexOf('@');
    if (at === -1) return run;
    const userinfo = run.slice(3, at);
    const colon = userinfo.indexOf(':');
    // An "@" in a path, with neither password nor userinfo before it, is an ordinary URL.
    if (colon === -1) return userinfo.includes('/') ? run : `://${hidden}${run.slice(at)}`;
    return `://${userinfo.slice(0, colon)}:${hidden}${run.slice(at)}`;
  });

const pemStart = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----/g;
const pemEnd = '-----END ';

/** Hides PEM private keys; one without an end goes up to the end of the text. */
export const maskPem = (text: string): string => {
  let out = '';
  let copied = 0;
  pemStart.lastIndex = 0;
  for (let found = pemStart.exec(text); found !== null; found = pemStart.exec(text)) {
    const end = text.indexOf(pemEnd, pemStart.lastIndex);
    out += text.slice(copied, pemStart.lastIndex) + hidden;
    copied = end === -1 ? text.length : end;
    pemStart.lastIndex = copied;
  }
  return out + text.slice(copied);
};
