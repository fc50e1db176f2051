import type { Hit } from '../hit.ts';

/** Characters that may stand before the address of a link or an image: its text, its other attributes. */
export const exfiltrationLeadMax = 330;

/** An address with a host; a renderer takes the scheme of its own page where there is none. */
const address = (ends: string): string => `(?:https?:)?\\/\\/[^\\s${ends}]{1,4000}`;
const inTag = (tags: string, attributes: string): RegExp =>
  new RegExp(
    `<(?:${tags})\\b[^>]{0,300}?\\b(?:${attributes})\\s{0,3}=\\s{0,3}["']?[^"'>]{0,12}?(${address(`"'>`)})`,
    'gi',
  );

const forms: readonly { readonly type: string; readonly pattern: RegExp }[] = [
  {
    type: 'markdown_image',
    pattern: new RegExp(`!\\[[^\\]\\n]{0,300}\\]\\(\\s{0,3}<?(${address(')>')})`, 'gi'),
  },
  {
    type: 'markdown_link',
    pattern: new RegExp(`(?<!!)\\[[^\\]\\n]{0,300}\\]\\(\\s{0,3}<?(${address(')>')})`, 'gi'),
  },
  {
    type: 'reference_image',
    pattern: new RegExp(`^ {0,3}\\[[^\\]\\n]{1,100}\\]:\\s{0,3}<?(${address('>')})`, 'gim'),
  },
  {
    type: 'html_image',
    pattern: inTag(
      'img|image|iframe|frame|script|link|source|video|audio|track|object|embed|input|body|use|feimage|meta|form|button',
      'src|srcset|href|data|poster|background|content|action|formaction',
    ),
  },
  { type: 'html_link', pattern: inTag('a|area', 'href') },
  { type: 'css_image', pattern: new RegExp(`\\burl\\(\\s{0,3}["']?(${address(`)"'`)})`, 'gi') },
];
/** Forms that wait for a click. */
const links: ReadonlySet<string> = new Set(['markdown_link', 'html_link']);
/** An address carries data when its query, fragment, path or host holds this much that is not words. */
const longValue = 48;
const encodedValue = /[A-Za-z0-9+/_=-]{24,}|(?:%[0-9a-f]{2}){4,}/i;

const carriesData = (url: URL, image: boolean): boolean => {
  const query = `${url.search}${url.hash}`;
  if (query.length > longValue || encodedValue.test(query)) return true;
  // An image with a query at all is loaded without a click: a value of any length goes out.
  if (
    image &&
    url.search.length > 8 &&
    !/^\?(?:w|h|width|height|size|v|q|s|format|fit|auto|dpr)=[\w.,-]{1,12}(?:&(?:w|h|width|height|size|v|q|s|format|fit|auto|dpr)=[\w.,-]{1,12}){0,8}$/i.test(
      url.search,
    )
  )
    return true;
  return (
    url.pathname
      .split('/')
      .some((part) => part.length > 80 || (image && /^[A-Za-z0-9+_=-]{40,}$/.test(part))) ||
    url.hostname.split('.').some((label) => label.length > 40)
  );
};

const parse = (found: string): URL | undefined => {
  const whole = found.startsWith('//') ? `https:${found}` : found;
  return URL.canParse(whole) ? new URL(whole) : undefined;
};

/** Images and links of an answer whose address carries data to a host that is not allowed. */
export const findExfiltration = (text: string, allowedHosts: readonly string[]): readonly Hit[] => {
  if (!text.includes('//')) return [];
  const hits: Hit[] = [];
  for (const { type, pattern } of forms) {
    for (const match of text.matchAll(pattern)) {
      const url = parse(match[1] ?? '');
      if (
        url === undefined ||
        allowedHosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`))
      )
        continue;
      if (!carriesData(url, !links.has(type))) continue;
      hits.push({
        kind: 'exfiltration',
        type,
        score: 0.9,
        start: match.index,
        end: match.index + match[0].length,
        reason: 'The address of an image or link carries data out',
      });
    }
  }
  return hits;
};
