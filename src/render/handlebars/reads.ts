import Handlebars from 'handlebars';
import { type Depth, keyOfSeen, memberOf, note, rootOf, type Seen, UNKNOWN } from '../../charts/readscope.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import type { ChartTemplates, Template } from '../engine.ts';
import { calledName, isPath } from './nodes.ts';
import { partialNameOf } from './partialname.ts';
import { programOf, programOfNode } from './structured/program.ts';
import { definitionsOf, isStructured, structured } from './structured/templates.ts';

/** What Handlebars templates read of values, found without running them. What cannot be followed counts as read with all below it. */
export function readByHandlebars(charts: readonly ChartTemplates[], reads: ValueReads): void {
  const partials = new Map<string, hbs.AST.Program>();
  for (const { helpers, templates } of charts.toReversed()) {
    for (const one of helpers) define(one, partials, partialNameOf(one.file));
    for (const one of templates) define(one, partials);
  }
  const walk = new Walk({ reads, partials, scopes: charts.map(({ scope }) => scope) });
  for (const { scope, templates } of charts)
    for (const template of templates) walk.template(parsed(template), rootOf(scope));
}

/** Texts that are not templates read nothing: the render says what is wrong with them. */
function parsed({ file, text }: Template): hbs.AST.Program {
  try {
    return isStructured(file) ? programOf(structured(text, file)) : Handlebars.parse(text);
  } catch {
    return Handlebars.parse('');
  }
}

function define(template: Template, partials: Map<string, hbs.AST.Program>, name?: string): void {
  if (isStructured(template.file)) {
    if (name !== undefined) for (const [id, program] of programsOf(template)) partials.set(id, program);
    return;
  }
  const program = parsed(template);
  for (const node of program.body) {
    const [id] = 'params' in node ? (node.params as hbs.AST.Expression[]) : [];
    if (node.type === 'DecoratorBlock' && id?.type === 'StringLiteral')
      partials.set((id as hbs.AST.StringLiteral).value, (node as hbs.AST.DecoratorBlock).program);
  }
  if (name !== undefined && !partials.has(name)) partials.set(name, program);
}

function programsOf({ file, text }: Template): ReadonlyMap<string, hbs.AST.Program> {
  try {
    return new Map([...definitionsOf(structured(text, file))].map(([id, node]) => [id, programOfNode(node)]));
  } catch {
    return new Map();
  }
}

interface Facts {
  readonly reads: ValueReads;
  readonly partials: ReadonlyMap<string, hbs.AST.Program>;
  readonly scopes: readonly (readonly string[])[];
}

interface Frame {
  /** What `this` is, here and around. */
  readonly dots: readonly [Seen, ...Seen[]];
  readonly root: Seen;
  readonly names: ReadonlyMap<string, Seen>;
}

interface Called {
  readonly params: hbs.AST.Expression[];
  readonly hash: hbs.AST.Hash | undefined;
}

const ROOTS = new Set(['Values', 'Subcharts']);
const ASKING = new Set([
  'and',
  'or',
  'not',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'empty',
  'kindIs',
  'kindOf',
  'typeIs',
]);

class Walk {
  readonly #facts: Facts;
  readonly #done = new Set<string>();
  readonly #ids = new Map<hbs.AST.Program, number>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  template(program: hbs.AST.Program, root: Seen): void {
    this.#program(program, { dots: [root], root, names: new Map() });
  }

  #note(seen: Seen, depth: Depth): void {
    note(this.#facts.reads, this.#facts.scopes, seen, depth);
  }

  #program(program: hbs.AST.Program | undefined, frame: Frame): void {
    for (const node of program?.body ?? []) this.#statement(node, frame);
  }

  #statement(node: hbs.AST.Statement, frame: Frame): void {
    switch (node.type) {
      case 'MustacheStatement': {
        const { path, params, hash } = node as hbs.AST.MustacheStatement;
        const isCall = params.length > 0 || hash !== undefined;
        if (isCall || !isPath(path as hbs.AST.Expression))
          this.#note(this.#called(calledName(path), { params, hash }, frame), 'take');
        else this.#note(this.#expression(path as hbs.AST.Expression, frame), 'take');
        return;
      }
      case 'BlockStatement':
        this.#block(node as hbs.AST.BlockStatement, frame);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#partial(node as hbs.AST.PartialStatement, frame);
        return;
      default:
        return;
    }
  }

  #block(node: hbs.AST.BlockStatement, frame: Frame): void {
    const name = calledName(node.path);
    const [param] = node.params;
    const seen = param ? this.#expression(param, frame, true) : UNKNOWN;
    this.#note(seen, name === 'each' ? 'take' : 'look');
    const inside = name === 'with' ? seen : UNKNOWN;
    const opens = name === 'with' || name === 'each';
    const names = new Map(frame.names);
    for (const one of node.program.blockParams ?? []) names.set(one, inside);
    this.#program(node.program, opens ? { ...frame, dots: [inside, ...frame.dots], names } : frame);
    this.#program(node.inverse, frame);
  }

  #partial(node: hbs.AST.PartialStatement & { readonly program?: hbs.AST.Program }, frame: Frame): void {
    const [context] = node.params;
    const given = context ? this.#expression(context, frame) : frame.dots[0];
    for (const { value } of node.hash?.pairs ?? []) this.#note(this.#expression(value, frame), 'take');
    this.#program(node.program, frame);
    const name = isPath(node.name as hbs.AST.Expression)
      ? calledName(node.name as hbs.AST.PathExpression)
      : undefined;
    this.#enter(name, given, frame.root);
  }

  /** Runs a partial; a name that is computed may be any. */
  #enter(name: string | undefined, dot: Seen, root: Seen): void {
    const { partials } = this.#facts;
    const found = name === undefined ? [...partials.values()] : [partials.get(name)];
    for (const program of found) {
      if (!program) continue;
      const id = this.#ids.get(program) ?? this.#ids.size;
      this.#ids.set(program, id);
      const key = `${id} ${keyOfSeen(dot)} ${keyOfSeen(root)}`;
      if (this.#done.has(key)) continue;
      this.#done.add(key);
      this.#program(program, { dots: [dot], root, names: new Map() });
    }
  }

  #expression(node: hbs.AST.Expression, frame: Frame, isAsked = false): Seen {
    if (isPath(node)) return pathOf(node, frame);
    if (node.type !== 'SubExpression') return UNKNOWN;
    const { path, params, hash } = node as hbs.AST.SubExpression;
    return this.#called(calledName(path), { params, hash }, frame, isAsked);
  }

  #called(name: string, { params, hash }: Called, frame: Frame, isAsked = false): Seen {
    const asks = isAsked && ASKING.has(name);
    const given = params.map((param) => this.#expression(param, frame, asks));
    for (const { value } of hash?.pairs ?? []) this.#note(this.#expression(value, frame), 'take');
    const texts = params.map((param) =>
      param.type === 'StringLiteral' ? (param as hbs.AST.StringLiteral).value : undefined,
    );
    if (name === 'include') {
      this.#enter(texts[0], given[1] ?? frame.root, frame.root);
      return UNKNOWN;
    }
    // The image of a name may be set under `images`.
    if (name === 'image') this.#note(memberOf(frame.root, ['Values', 'images']), 'take');
    // What is in a ConfigMap or a Secret may be set there.
    const folder = name === 'config' ? 'config' : name === 'secret' ? 'secrets' : undefined;
    if (folder) this.#note(memberOf(frame.root, ['Values', folder, ...(texts[0] ? [texts[0]] : [])]), 'take');
    if (['get', 'lookup', 'hasKey'].includes(name) && given[0] && texts[1] !== undefined) {
      const member = memberOf(given[0], [texts[1]]);
      if (name === 'hasKey') this.#note(member, 'look');
      return name === 'hasKey' ? UNKNOWN : member;
    }
    for (const one of given) this.#note(one, asks ? 'look' : 'take');
    return UNKNOWN;
  }
}

function pathOf(path: hbs.AST.PathExpression, { dots, root, names }: Frame): Seen {
  const [first, ...rest] = path.parts;
  if (path.data) return first === 'root' ? memberOf(root, rest) : UNKNOWN;
  const isOwn = /^(this|\.)[./]/.test(path.original);
  const named = first === undefined || isOwn || path.depth > 0 ? undefined : names.get(first);
  if (named) return memberOf(named, rest);
  if (first !== undefined && !isOwn && path.depth === 0 && ROOTS.has(first))
    return memberOf(root, path.parts);
  return memberOf(dots[path.depth] ?? UNKNOWN, path.parts);
}
