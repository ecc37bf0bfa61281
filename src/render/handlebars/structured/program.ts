import type { BlockMember, Member, Node, StructuredTemplate } from './nodes.ts';

/**
 * A structured template as Handlebars would have it: what stands below a block is in the block. Nothing can be written by it; it serves whoever
 * asks what a template reads.
 */
export const programOf = ({ documents }: StructuredTemplate): hbs.AST.Program =>
  program(documents.flatMap(statements));

export const programOfNode = (node: Node): hbs.AST.Program => program(statements(node));

const program = (body: readonly hbs.AST.Statement[], blockParams: readonly string[] = []): hbs.AST.Program =>
  ({ type: 'Program', body, blockParams }) as unknown as hbs.AST.Program;

function statements(node: Node): readonly hbs.AST.Statement[] {
  switch (node.kind) {
    case 'value':
      return [];
    case 'list':
      return node.items.flatMap(statements);
    case 'map':
      return node.members.flatMap(memberStatements);
    default:
      return node.parsed;
  }
}

function memberStatements(member: Member): readonly hbs.AST.Statement[] {
  if (member.kind === 'block') return [block(member)];
  const key = member.kind === 'member' && typeof member.key !== 'string' ? member.key.parsed : [];
  return [...key, ...statements(member.value)];
}

function block({ parsed, names, body, otherwise }: BlockMember): hbs.AST.Statement {
  const inverse =
    otherwise?.kind === 'block' ? [block(otherwise)] : otherwise ? statements(otherwise) : undefined;
  return {
    ...parsed[0],
    program: program(statements(body), names),
    ...(inverse ? { inverse: program(inverse) } : {}),
  } as hbs.AST.BlockStatement;
}
