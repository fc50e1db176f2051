/** Media types of an answer, by GraphQL over HTTP. */
export type ResponseType = 'application/graphql-response+json' | 'application/json';

const utf8 = /^charset="?utf-?8"?$/;

/** The first of the Accept header that can be given; undefined where there is none. No header asks for JSON. */
export const negotiate = (accept: string | undefined): ResponseType | undefined => {
  const wanted = accept === undefined || accept === '' ? '*/*' : accept;
  for (const part of wanted.toLowerCase().replaceAll(/\s/g, '').split(',')) {
    const [type, ...parameters] = part.split(';');
    const charset = parameters.find((parameter) => parameter.startsWith('charset='));
    if (charset !== undefined && !utf8.test(charset)) continue;
    if (type === 'application/graphql-response+json') return type;
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'application/json';
  }
  return undefined;
};
