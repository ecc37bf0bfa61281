import type { YAMLException } from 'js-yaml';

/** A syntax error in the words of yaml.v2. */
export interface GoProblem {
  readonly problem: string;
  /** Where it is, from 1. */
  readonly line: number;
  /** The line that yaml.v2 names; 0 where it names none. */
  readonly shown: number;
  /** Where the document ends for yaml.v2, which never looks at what follows; undefined where it does. */
  readonly end?: number;
}

/** The scanner counts lines from 1 and the parser from 0; neither names its first line. */
type Noticed = 'scanner' | 'parser';
type Words = readonly [Noticed, string];

const FIXED: readonly (readonly [RegExp, Words])[] = [
  [
    /^unexpected end of the stream within a (?:single|double) quoted scalar/,
    ['scanner', 'found unexpected end of stream'],
  ],
  [/^unexpected end of the document within a/, ['scanner', 'found unexpected document indicator']],
  [
    /a multiline key may not be an implicit key|^expected ':' after/,
    ['scanner', "could not find expected ':'"],
  ],
  [/^a line break is expected/, ['scanner', 'did not find expected comment or line break']],
  [/^unknown escape sequence/, ['scanner', 'found unknown escape character']],
  [/^expected hexadecimal character/, ['scanner', 'did not find expected hexdecimal number']],
  [/^bad explicit indentation width/, ['scanner', 'found an indentation indicator equal to 0']],
  [/^tab characters must not be used/, ['scanner', 'found character that cannot start any token']],
  [/^name of an (?:anchor|alias) node/, ['scanner', 'did not find expected alphabetic or numeric character']],
  [/^undeclared tag handle/, ['parser', 'found undefined tag handle']],
  [/^nesting exceeded/, ['scanner', 'exceeded max depth of 10000']],
  [
    /^missed comma|^unexpected end of the stream within a flow/,
    ['parser', "did not find expected ',' or ']'"],
  ],
  [/^expected the node content/, ['parser', 'did not find expected node content']],
];

/** What cannot be where it stands, by what it is. */
const MISPLACED: readonly (readonly [RegExp, string])[] = [
  [/^:(?:\s|$)/, 'mapping values are not allowed in this context'],
  [/^-(?:\s|$)/, 'block sequence entries are not allowed in this context'],
  [/^\?(?:\s|$)/, 'mapping keys are not allowed in this context'],
];

export function goProblem(source: string, { mark, reason }: YAMLException): GoProblem {
  const position = mark?.position ?? 0;
  const [noticed, problem] = wordsOf(source, position, reason);
  const line = (mark?.line ?? 0) + 1;
  const isFirst = line === 1;
  const shown = isFirst ? 0 : noticed === 'scanner' ? line : line - 1;
  const isEnd =
    noticed === 'parser' && reason.startsWith('end of the stream') && isBehindRoot(source, position);
  return { problem, line, shown, ...(isEnd ? { end: position } : {}) };
}

function wordsOf(source: string, position: number, reason: string): Words {
  for (const [matched, words] of FIXED) if (matched.test(reason)) return words;
  const ahead = source.slice(position, position + 2);
  const before = source.slice(source.lastIndexOf('\n', position - 1) + 1, position);
  if (/^[%@`\t]/.test(ahead)) return ['scanner', 'found character that cannot start any token'];
  const misplaced = MISPLACED.find(([matched]) => matched.test(ahead));
  if (misplaced && before.trim() !== '') return ['scanner', misplaced[1]];
  if (reason.endsWith('of a sequence entry')) return ['parser', "did not find expected '-' indicator"];
  return ['parser', 'did not find expected key'];
}

const ROOT = /^(?:--- )?( *)([^\s#%])/m;

/** Whether the node at the root ends before `position`, whatever stands there: quotes and brackets do, and what is less indented ends a block. */
function isBehindRoot(source: string, position: number): boolean {
  const [root, indent = '', first = ''] = ROOT.exec(source) ?? [];
  if (root === undefined || position === 0) return false;
  const column = position - source.lastIndexOf('\n', position - 1) - 1;
  return '\'"[{'.includes(first) || column < indent.length;
}
