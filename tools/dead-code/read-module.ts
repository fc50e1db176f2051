import ts from 'typescript';

/** One name that a file gives away, and where it really comes from if it is only passed on. */
export interface ExportFact {
  readonly name: string;
  readonly line: number;
  readonly from: { readonly specifier: string; readonly name: string } | undefined;
  /** Types may be exported for the sake of a signature that mentions them. */
  readonly isType: boolean;
}

/** What one file takes and gives, read from its syntax alone. */
export interface ModuleFacts {
  readonly exports: readonly ExportFact[];
  /** Specifiers of `export * from`. */
  readonly passesOn: readonly string[];
  /** Names taken from other files; `*` takes all. */
  readonly imports: readonly { readonly specifier: string; readonly name: string }[];
}

/** Reads a TypeScript file's imports and exports. */
export const readModule = (path: string, text: string): ModuleFacts => {
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true, kind);
  return {
    exports: source.statements.flatMap((statement) => exportsOf(statement, source)),
    passesOn: source.statements.flatMap(passedOn),
    imports: [...source.statements.flatMap(importsOf), ...looseReferences(source)],
  };
};

const lineOf = (node: ts.Node, source: ts.SourceFile): number =>
  source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;

const specifierOf = (node: ts.Expression | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteral(node) ? node.text : undefined;

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false);

const exportsOf = (statement: ts.Statement, source: ts.SourceFile): ExportFact[] => {
  if (ts.isExportDeclaration(statement)) {
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    const specifier = specifierOf(statement.moduleSpecifier);
    return exportClause.elements.map((element) => ({
      name: element.name.text,
      line: lineOf(element, source),
      from:
        specifier === undefined
          ? undefined
          : { specifier, name: (element.propertyName ?? element.name).text },
      isType: statement.isTypeOnly || element.isTypeOnly,
    }));
  }
  if (!isExported(statement)) return [];
  const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  const fact = (name: string): ExportFact => ({
    name,
    line: lineOf(statement, source),
    from: undefined,
    isType,
  });
  return namesOf(statement).map(fact);
};

const namesOf = (statement: ts.Statement): string[] => {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    );
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return named && statement.name !== undefined ? [statement.name.text] : [];
};

const passedOn = (statement: ts.Statement): string[] => {
  if (!ts.isExportDeclaration(statement) || statement.exportClause !== undefined) return [];
  const specifier = specifierOf(statement.moduleSpecifier);
  return specifier === undefined ? [] : [specifier];
};

const importsOf = (statement: ts.Statement): ModuleFacts['imports'][number][] => {
  if (ts.isExportDeclaration(statement)) {
    const specifier = specifierOf(statement.moduleSpecifier);
    const isNamespace = statement.exportClause !== undefined && ts.isNamespaceExport(statement.exportClause);
    return specifier === undefined ? [] : [{ specifier, name: isNamespace ? '*' : '' }];
  }
  if (!ts.isImportDeclaration(statement)) return [];
  const specifier = specifierOf(statement.moduleSpecifier);
  if (specifier === undefined) return [];
  const bindings = statement.importClause?.namedBindings;
  if (bindings === undefined) return [{ specifier, name: '' }];
  if (ts.isNamespaceImport(bindings)) return [{ specifier, name: '*' }];
  const names = bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
  return [{ specifier, name: '' }, ...names.map((name) => ({ specifier, name }))];
};

/** `import('./x.ts')`, type queries, and paths in strings (workers, child processes) take everything. */
const looseReferences = (source: ts.SourceFile): ModuleFacts['imports'][number][] => {
  const found: ModuleFacts['imports'][number][] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) && node.text.endsWith('.ts')) {
      found.push({ specifier: node.text.startsWith('.') ? node.text : `./${node.text}`, name: '*' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};
