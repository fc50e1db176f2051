import {
  buildSchema,
  defaultFieldResolver,
  GraphQLObjectType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import type { GraphqlContext } from './context.ts';
import type { GraphqlDomainDeps } from './deps.ts';
import { relations } from './relations.ts';
import { rootFields, type Resolver } from './root-fields.ts';
import { sdl } from './sdl.ts';
import { subscribers } from './subscriptions.ts';

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `nodeId` is `node_id` of what the domains show. */
export const fieldResolver: GraphQLFieldResolver<unknown, GraphqlContext> = (source, args, ctx, info) => {
  if (typeof source !== 'object' || source === null) return undefined;
  const name = snakeCase(info.fieldName);
  return Object.hasOwn(source, name)
    ? (Reflect.get(source, name) as unknown)
    : defaultFieldResolver(source, args, ctx, info);
};

const fieldsOf = (schema: GraphQLSchema, type: string) => {
  const found = schema.getType(type);
  if (!(found instanceof GraphQLObjectType)) throw new Error(`The schema has no type ${type}`);
  return found.getFields();
};

/** The executable schema: the SDL with what answers its fields. */
export const createSchema = (deps: GraphqlDomainDeps): GraphQLSchema => {
  const schema = buildSchema(sdl);
  const attach = (type: string, resolvers: Readonly<Record<string, Resolver>>): void => {
    const fields = fieldsOf(schema, type);
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = fields[name];
      if (field === undefined) throw new Error(`${type} has no field ${name}`);
      field.resolve = resolve;
    }
  };
  attach('Query', rootFields(deps));
  for (const [type, resolvers] of Object.entries(relations)) attach(type, resolvers);
  const streams = fieldsOf(schema, 'Subscription');
  for (const [name, subscribe] of Object.entries(subscribers(deps))) {
    const field = streams[name];
    if (field === undefined) throw new Error(`Subscription has no field ${name}`);
    field.subscribe = subscribe;
  }
  return schema;
};
