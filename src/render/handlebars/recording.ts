import type { Around, Output, Part, TemplatePoint } from '../provenance/output.ts';
import { compiledAt } from './compiled.ts';
import { cutAtMarkers, type Mark } from './markers.ts';
import type { Enclosing, Writing } from './rewriting.ts';
import { includedNames, readsOf, readsOfBlock } from './statementreads.ts';

/** What `include` brought into a text in the course of one render: its markers went when it became a value. */
export interface Included {
  add(name: string, marked: string): void;
  /** How a text with markers came about, which a template wrote. */
  outputOf(marked: string, file: number): Output;
}

/** A chart that includes more than this cannot be followed to its end. */
const MOST_INCLUDED = 10_000;

export function newIncluded(): Included {
  const byName = new Map<string, Output[]>();
  let count = 0;
  const outputOf = (marked: string, file: number): Output =>
    readMarked(marked, file, (writing) =>
      includedNames(writing.node).flatMap((name) => byName.get(name) ?? []),
    );
  return {
    add(name, marked) {
      if (count++ >= MOST_INCLUDED) return;
      byName.set(name, [...(byName.get(name) ?? []), outputOf(marked, 0)]);
    },
    outputOf,
  };
}

/** A call of a partial that is under way, as far as markers tell. */
interface Call {
  readonly around: Around;
  readonly caller: string;
}

function readMarked(marked: string, file: number, included: (writing: Writing) => readonly Output[]): Output {
  const parts: Part[] = [];
  const calls: Call[] = [];
  let text = '';
  let current: Omit<Part, 'end'> = plainPart(file, 1, undefined);
  for (const { mark, text: piece } of cutAtMarkers(marked)) {
    if (mark) {
      const writer = programAt(mark.file, lineOf(mark));
      // Whoever writes again has got back what it called.
      const ended = calls.findLastIndex(({ caller }) => caller === writer);
      if (ended >= 0) calls.length = ended;
      const around = calls.at(-1)?.around;
      if (mark.kind === 'call') calls.push({ around: callOf(mark, around), caller: writer });
      else current = partOf(mark, around, included) ?? current;
    }
    if (piece === '') continue;
    text += piece;
    parts.push({ ...current, end: text.length });
  }
  return { text, parts };
}

const lineOf = (mark: Mark): number =>
  mark.kind === 'text' ? mark.line : (writingOf(mark.file, mark.writing)?.node.loc.start.line ?? 1);

/** The template of a file, or the one that is defined there around a line. */
function programAt(file: number, line: number): string {
  const all = compiledAt(file)?.rewritten.definitions ?? [];
  const [name = ''] =
    [...all].find(([, { loc }]) => loc && loc.start.line <= line && line <= loc.end.line) ?? [];
  return `${file} ${name}`;
}

const plainPart = (file: number, line: number, around: Around | undefined): Omit<Part, 'end'> => ({
  at: { template: compiledAt(file)?.file ?? '', line },
  reads: [],
  around,
  included: [],
});

function partOf(
  mark: Mark,
  calls: Around | undefined,
  included: (writing: Writing) => readonly Output[],
): Omit<Part, 'end'> | undefined {
  if (mark.kind === 'text') return plainPart(mark.file, mark.line, calls);
  const writing = writingOf(mark.file, mark.writing);
  return (
    writing && {
      at: pointOf(mark.file, writing.node),
      expression: expressionOf(mark.file, writing.node),
      reads: readsOf(writing),
      around: blocksOf(mark.file, writing.within, calls),
      included: included(writing),
    }
  );
}

const writingOf = (file: number, writing: number): Writing | undefined =>
  compiledAt(file)?.rewritten.writings[writing];

function callOf(
  mark: { readonly file: number; readonly writing: number },
  outer: Around | undefined,
): Around {
  const writing = writingOf(mark.file, mark.writing);
  const around = writing && blocksOf(mark.file, writing.within, outer);
  return {
    kind: 'call',
    expression: writing ? expressionOf(mark.file, writing.node) : '',
    at: writing ? pointOf(mark.file, writing.node) : { template: compiledAt(mark.file)?.file ?? '', line: 1 },
    reads: [],
    outer: around ?? outer,
  };
}

function blocksOf(
  file: number,
  within: Enclosing | undefined,
  calls: Around | undefined,
): Around | undefined {
  if (!within) return calls;
  const { node, isElse, outer } = within;
  const head = `${isElse ? 'else of ' : ''}${headOf(file, node)}`;
  return {
    kind: 'block',
    expression: head,
    at: pointOf(file, node),
    reads: readsOfBlock(within),
    outer: blocksOf(file, outer, calls),
  };
}

/** Handlebars counts columns from 0. */
const pointOf = (file: number, { loc }: hbs.AST.Node): TemplatePoint => ({
  template: compiledAt(file)?.file ?? '',
  line: loc.start.line,
  column: loc.start.column + 1,
});

/** `{{~ quote Values.a }}` → `quote Values.a` */
function expressionOf(file: number, { loc }: hbs.AST.Node): string {
  const lines = (compiledAt(file)?.text ?? '').split('\n').slice(loc.start.line - 1, loc.end.line);
  const last = lines.length - 1;
  const cut = lines.map((line, i) =>
    line.slice(i === 0 ? loc.start.column : 0, i === last ? loc.end.column : undefined),
  );
  const whole = cut.join('\n');
  return whole
    .slice(0, whole.indexOf('}}'))
    .replace(/^\{\{\{?~?\s*/, '')
    .replace(/\s*~?$/, '');
}

const headOf = (file: number, node: hbs.AST.BlockStatement): string => expressionOf(file, node);
