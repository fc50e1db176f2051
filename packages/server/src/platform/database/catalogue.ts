import type { Executor } from './types.ts';

/** One line for each property of an object, sorted: a changed schema then shows as changed lines. */
export type Catalogue = Readonly<Record<string, readonly string[]>>;

// Daily partitions come and go with the calendar; `schema_migrations` is the runner's own.
const ours = `
  SELECT c.oid, c.relname, c.relkind FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
     AND c.relname !~ '_p[0-9]{8}$' AND c.relname <> 'schema_migrations'`;

// PostgreSQL 18 lists NOT NULL among the constraints (contype n), earlier ones do not; columns tell it already.
const queries: Readonly<Record<string, string>> = {
  relations: `SELECT relname || ' ' || relkind::text || CASE WHEN relkind = 'p' THEN ' by ' || pg_get_partkeydef(oid) ELSE '' END
                FROM (${ours}) o`,
  columns: `SELECT o.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                   || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                   || CASE a.attidentity WHEN '' THEN '' ELSE ' identity ' || a.attidentity::text END
                   || CASE a.attgenerated WHEN '' THEN ' default ' ELSE ' generated ' END
                   || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
              FROM (${ours}) o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
              LEFT JOIN pg_attrdef d ON d.adrelid = o.oid AND d.adnum = a.attnum WHERE o.relkind <> 'S'`,
  indexes: `SELECT pg_get_indexdef(i.indexrelid) FROM (${ours}) o JOIN pg_index i ON i.indrelid = o.oid`,
  constraints: `SELECT o.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
                  FROM (${ours}) o JOIN pg_constraint k ON k.conrelid = o.oid WHERE k.contype <> 'n'`,
  triggers: `SELECT pg_get_triggerdef(t.oid) FROM (${ours}) o JOIN pg_trigger t ON t.tgrelid = o.oid WHERE NOT t.tgisinternal`,
  functions: `SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ') '
                     || coalesce(pg_get_function_result(p.oid), '-') || ' md5 ' || md5(p.prosrc)
                FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
  views: `SELECT o.relname || ' ' || md5(pg_get_viewdef(o.oid)) FROM (${ours}) o WHERE o.relkind IN ('v', 'm')`,
  types: `SELECT t.typname || ' ' || string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
            FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname`,
};

/** The live schema: tables, columns, indexes, constraints, triggers, functions, views and enums of `public`. */
export const readCatalogue = async (db: Executor): Promise<Catalogue> => {
  const catalogue: Record<string, readonly string[]> = {};
  for (const [kind, sql] of Object.entries(queries)) {
    const { rows } = await db.query<{ line: string }>(`SELECT line FROM (${sql}) AS found(line)`);
    // Sorted here, by code unit: the server's collation differs from one installation to the next.
    catalogue[kind] = rows.map((row) => row.line).sort();
  }
  return catalogue;
};

/** The committed form: stable text that reads well in a diff. */
export const printCatalogue = (catalogue: Catalogue): string =>
  `${JSON.stringify(catalogue, undefined, 2)}\n`;
