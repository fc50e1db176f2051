/** Words that a statement's name may begin with; any other statement is named by nothing but itself being one. */
const operations = new Set(
  (
    'SELECT INSERT UPDATE DELETE MERGE COPY CALL CREATE ALTER DROP TRUNCATE LOCK SET RESET SHOW LISTEN UNLISTEN ' +
    'NOTIFY ANALYZE VACUUM REFRESH EXPLAIN DO COMMENT GRANT REVOKE'
  ).split(' '),
);

/** Statements are ours, and their first clause says what they do; no more of one is looked at. */
const examinedLength = 4000;
const summaryMaxLength = 120;

const noise = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g;
const target =
  /\b(?:FROM|INTO|UPDATE|TABLE|COPY|CALL)\s+(?:ONLY\s+|IF\s+(?:NOT\s+)?EXISTS\s+)*("?[a-z_][\w$]*"?(?:\."?[a-z_][\w$]*"?)?)/i;

/** After the common table expressions, a statement goes on with its own verb; that one tells what it is for. */
const mainPart = (sql: string): string => {
  let depth = 0;
  for (const { 0: found, index } of sql.matchAll(/[()]|\b(?:SELECT|INSERT|UPDATE|DELETE|MERGE)\b/gi)) {
    if (found === '(') depth += 1;
    else if (found === ')') depth -= 1;
    else if (depth === 0) return sql.slice(index);
  }
  return sql;
};

/**
 * A statement's name for a span, such as `SELECT gpus`: its verb and its first table, never a literal. A statement
 * that is prepared has a better name, its own.
 */
export const statementSummary = (sql: string): string => {
  const text = sql.slice(0, examinedLength).replace(noise, ' ').trim();
  const main = /^WITH\b/i.test(text) ? mainPart(text) : text;
  const verb = /^[a-z]+/i.exec(main)?.[0].toUpperCase() ?? '';
  if (!operations.has(verb)) return 'statement';
  const table = target.exec(main)?.[1]?.replaceAll('"', '');
  return (table === undefined ? verb : `${verb} ${table}`).slice(0, summaryMaxLength);
};
