import type { Hit } from '../hit.ts';

/** Characters that may stand before the address of a link or an image: its text, its other attributes. */
export const exfiltrationLeadMax = 330;

const forms: readonly { readonly type: string; readonly pattern: RegExp }[] = [
  { type: 'markdown_image', pattern: /!\[[^\]\n]{0,300}\]\(\s{0,3}<?(https?:\/\/[^\s)>]{1,4000})/gi },
  { type: 'markdown_link', pattern: /(?<!!)\[[^\]\n]{0,300}\]\(\s{0,3}<?(https?:\/\/[^\s)>]{1,4000})/gi },
  { type: 'reference_image', pattern: /^ {0,3}\[[^\]\n]{1,100}\]:\s{0,3}<?(https?:\/\/[^\s>]{1,4000})/gim },
  {
    type: 'html_image',
    pattern:
      /<(?:img|iframe|script|link|source|video|audio|object|embed)\b[^>]{0,300}?(?:src|href|data)\s{0,3}=\s{0,3}["']?(https?:\/\/[^\s"'>]{1,4000})/gi,
  },
];
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

const parse = (address: string): URL | undefined => (URL.canParse(address) ? new URL(address) : undefined);

/** Images and links of an answer whose address carries data to a host that is not allowed. */
export const findExfiltration = (text: string, allowedHosts: readonly string[]): readonly Hit[] => {
  if (!/https?:\/\//i.test(text)) return [];
  const hits: Hit[] = [];
  for (const { type, pattern } of forms) {
    for (const match of text.matchAll(pattern)) {
      const url = parse(match[1] ?? '');
      if (
        url === undefined ||
        allowedHosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`))
      )
        continue;
      if (!carriesData(url, type !== 'markdown_link')) continue;
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
