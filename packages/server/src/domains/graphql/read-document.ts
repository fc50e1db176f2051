import {
  GraphQLError,
  parse,
  type Source,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { maxDocumentBytes, maxTokens, refuseDocument } from './document-limits.ts';

/** Faults that are told of one document. */
const maxErrors = 20;

/** Parses within the limits of bytes and tokens. Throws a GraphQLError. */
export const parseDocument = (source: string | Source): DocumentNode => {
  const text = typeof source === 'string' ? source : source.body;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxDocumentBytes) {
    throw new GraphQLError(
      `The document has ${String(bytes)} bytes; at most ${String(maxDocumentBytes)} are taken`,
      {
        extensions: { code: 'too_complex' },
      },
    );
  }
  return parse(source, { maxTokens });
};

export const validateDocument = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] => {
  const refusal = refuseDocument(schema, document);
  return refusal === undefined ? validate(schema, document, specifiedRules, { maxErrors }) : [refusal];
};
