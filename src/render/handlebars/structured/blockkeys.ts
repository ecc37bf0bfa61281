import { type Problem, ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { suggest } from '../../../charts/suggest.ts';
import { args } from '../expressions.ts';
import { calledName } from '../nodes.ts';
import type { Rewriting, Scope } from '../rewriting.ts';
import { BLOCK_NAMES, type BlockMember, type BlockName, type Node } from './nodes.ts';
import { parseScalar, type ScalarText } from './scalars.ts';

/** A key that is one expression which opens a block, or goes on with one. */
export const isBlockKey = ({ text, segments }: ScalarText): boolean =>
  segments.length === 1 && segments[0]?.at === 0 && /^\{\{~?\s*(?:[#/^]|else\b)[^{]*\}\}$/.test(text);

/** A block without what belongs to it. */
type Header = Omit<BlockMember, 'body'>;

export type BlockKey = Header | { readonly kind: 'else'; readonly condition?: Header };

const ELSE = /^\{\{~?\s*else\b/;

/** What a key says of the block that it opens. @throws ProblemError */
export function readBlock(rewriting: Rewriting, key: ScalarText, scope: Scope): BlockKey {
  const { text, place } = key;
  const otherwise = ELSE.exec(text);
  if (!otherwise) return header(rewriting, key, scope);
  const rest = text.slice(otherwise[0].length);
  if (/^\s*~?\}\}$/.test(rest)) return { kind: 'else' };
  if (!/^\s+(?:if|unless|each|with)\b/.test(rest))
    throw wrong(place, `${text} goes on with nothing`, 'Write {{else}}: or {{else if …}}:');
  // Of the same length, so that its columns are those of the file.
  const opened = `{{#${' '.repeat(otherwise[0].length - 3)}${rest}`;
  return { kind: 'else', condition: header(rewriting, { ...key, text: opened }, scope) };
}

function header(rewriting: Rewriting, key: ScalarText, scope: Scope): Header {
  const { text, place } = key;
  const name = /^\{\{~?\s*#\s*([^\s}~]*)/.exec(text)?.[1] ?? '';
  if (!isBlockName(name)) throw notABlock(text, name, place);
  const [statement] = parseScalar({ ...key, text: `${text}{{/${name}}}` });
  if (statement?.type !== 'BlockStatement') throw wrong(place, `${text} is not a block`);
  const block = statement as hbs.AST.BlockStatement;
  const { params } = args(rewriting, block, scope, true);
  const [argument, ...others] = params;
  if (!argument || others.length > 0 || calledName(block.path) !== name)
    throw wrong(place, `#${name} takes one value`, `Put a call into parentheses: {{#${name} (eq a b)}}:`);
  return {
    kind: 'block',
    block: name,
    argument,
    names: block.program.blockParams ?? [],
    parsed: [statement],
    place,
  };
}

const isBlockName = (name: string): name is BlockName => (BLOCK_NAMES as readonly string[]).includes(name);

function notABlock(text: string, name: string, place: Place): ProblemError {
  if (text.startsWith('{{/'))
    return wrong(
      place,
      `${text} ends nothing`,
      'A block of a structured template ends with its indentation.',
    );
  const remedy = suggest(name, BLOCK_NAMES) ?? 'Blocks are #if, #unless, #each and #with.';
  return wrong(place, `${text} is not a block`, remedy);
}

/** The block with what its last branch does otherwise. */
export function readElse(block: BlockMember, otherwise: Node | BlockMember, place: Place): BlockMember {
  const last = block.otherwise;
  if (last === undefined) return { ...block, otherwise };
  if (last.kind !== 'block') throw wrong(place, 'this block has its {{else}} already');
  return { ...block, otherwise: readElse(last, otherwise, place) };
}

function wrong(place: Place, message: string, remedy?: string): ProblemError {
  const problem: Problem = { reason: 'TemplateError', message, place, ...(remedy ? { remedy } : {}) };
  return new ProblemError(problem);
}
