/** Nodes of Handlebars' syntax tree that the rewriting adds. */
export const literal = (value: string, loc: hbs.AST.SourceLocation): hbs.AST.StringLiteral =>
  ({ type: 'StringLiteral', value, original: value, loc }) as hbs.AST.StringLiteral;

export const content = (value: string, loc: hbs.AST.SourceLocation): hbs.AST.Statement =>
  ({ type: 'ContentStatement', value, original: value, loc }) as unknown as hbs.AST.Statement;

export const call = (
  name: string,
  params: hbs.AST.Expression[],
  loc: hbs.AST.SourceLocation,
): hbs.AST.SubExpression => ({
  type: 'SubExpression',
  path: { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc },
  params,
  hash: undefined as unknown as hbs.AST.Hash,
  loc,
});

export const isPath = (node: hbs.AST.Expression): node is hbs.AST.PathExpression =>
  node.type === 'PathExpression';

/** The name that a helper, block or decorator is called by; a literal may stand in its place. */
export const calledName = (path: hbs.AST.PathExpression | hbs.AST.Literal): string =>
  'parts' in path ? path.original : String((path as { value?: unknown }).value);
