import {
  getNamedType,
  GraphQLError,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { defaultFirst, maxFirst } from './arguments.ts';

/** Bytes of a document, and its tokens: both are refused before anything is parsed, or as soon as they are met. */
export const maxDocumentBytes = 32 * 1024;
export const maxTokens = 2_000;
/** Objects within objects. Introspection has a limit of its own in graphql-js. */
export const maxDepth = 12;
/** Objects that a document may ask for, at most, by its own numbers. */
export const maxCost = 50_000;
/** A list without a number of its own counts as this many. */
const listLength = 10;

interface Measured {
  readonly depth: number;
  readonly cost: number;
}
const nothing: Measured = { depth: 0, cost: 0 };

const sizeOf = (field: FieldNode, definition: GraphQLField<unknown, unknown>): number => {
  if (definition.args.some(({ name }) => name === 'first')) {
    const value = field.arguments?.find(({ name }) => name.value === 'first')?.value;
    if (value === undefined) return defaultFirst;
    // A variable may hold what it will: it counts as the most.
    return value.kind === Kind.INT ? Math.min(maxFirst, Math.max(1, Number(value.value))) : maxFirst;
  }
  const type = isNonNullType(definition.type) ? (definition.type.ofType as unknown) : definition.type;
  // The edges of a connection are as many as its number says.
  return isListType(type) && definition.name !== 'edges' ? listLength : 1;
};

/** Measures each fragment once: a document cannot make this exponential. Cycles, which validation refuses, count nothing. */
const createMeasure = (schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) => {
  const known = new Map<string, Measured>();
  const ofField = (field: FieldNode, parent: GraphQLObjectType): Measured => {
    const definition = parent.getFields()[field.name.value];
    if (definition === undefined || field.selectionSet === undefined) return nothing;
    const type = getNamedType(definition.type);
    if (!isObjectType(type)) return nothing;
    const below = ofSelections(field.selectionSet, type);
    return { depth: below.depth + 1, cost: 1 + sizeOf(field, definition) * (1 + below.cost) };
  };
  const ofFragment = (name: string): Measured => {
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const type = fragment === undefined ? undefined : schema.getType(fragment.typeCondition.name.value);
    const measured =
      fragment !== undefined && isObjectType(type) ? ofSelections(fragment.selectionSet, type) : nothing;
    known.set(name, measured);
    return measured;
  };
  const ofSelections = ({ selections }: SelectionSetNode, parent: GraphQLObjectType): Measured => {
    let depth = 0;
    let cost = 0;
    for (const selection of selections) {
      let part: Measured;
      if (selection.kind === Kind.FIELD) part = ofField(selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) part = ofFragment(selection.name.value);
      else part = ofSelections(selection.selectionSet, parent);
      depth = Math.max(depth, part.depth);
      cost += part.cost;
    }
    return { depth, cost };
  };
  return ofSelections;
};

/** Why the document is too much; undefined where it is not. Run before validation, which costs more than this. */
export const refuseDocument = (schema: GraphQLSchema, document: DocumentNode): GraphQLError | undefined => {
  const fragments = new Map(
    document.definitions.flatMap((part) =>
      part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part] as const] : [],
    ),
  );
  const measure = createMeasure(schema, fragments);
  for (const part of document.definitions) {
    if (part.kind !== Kind.OPERATION_DEFINITION) continue;
    const root = schema.getRootType(part.operation);
    if (root === undefined || root === null) continue;
    const { depth, cost } = measure(part.selectionSet, root);
    const extensions = { code: 'too_complex', depth, cost };
    if (depth > maxDepth) {
      return new GraphQLError(
        `The document nests ${String(depth)} objects; at most ${String(maxDepth)} are taken`,
        { extensions },
      );
    }
    if (cost > maxCost) {
      return new GraphQLError(
        `The document asks for up to ${String(cost)} objects; at most ${String(maxCost)} are taken: ask for fewer with first`,
        { extensions },
      );
    }
  }
  return undefined;
};
