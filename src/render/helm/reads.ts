import { type Depth, keyOfSeen, memberOf, note, rootOf, type Seen, UNKNOWN } from '../../charts/readscope.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import type { CommandNode, Expression, PipeNode, RangeNode, Statement, Tree } from '../gotemplate/nodes.ts';

/** A template that is run by itself, and the chart that it is of. */
export interface RunTemplate {
  readonly tree: Tree;
  readonly scope: readonly string[];
}

/** What Go templates read of values, found without running them. What cannot be followed counts as read with all below it. */
export interface GoReads {
  readonly reads: ValueReads;
  readonly scopes: readonly (readonly string[])[];
  /** Templates by name, whoever defines them. */
  readonly named: ReadonlyMap<string, Tree>;
}

export function readByTemplates(templates: readonly RunTemplate[], facts: GoReads): void {
  const walk = new Walk(facts);
  for (const { tree, scope } of templates) walk.template(tree, rootOf(scope));
}

/** Functions that tell of a value no more than a condition asks. */
const ASKING = new Set([
  ...['and', 'or', 'not', 'empty', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'],
  ...['kindIs', 'kindOf', 'typeIs', 'typeOf', 'typeIsLike'],
]);

type Variables = Map<string, Seen>;

interface Frame {
  readonly dot: Seen;
  readonly variables: Variables;
}

class Walk {
  readonly #facts: GoReads;
  readonly #done = new Set<string>();

  constructor(facts: GoReads) {
    this.#facts = facts;
  }

  template(tree: Tree, dot: Seen): void {
    const key = `${tree.file}\0${tree.name}\0${keyOfSeen(dot)}`;
    if (this.#done.has(key)) return;
    this.#done.add(key);
    this.#list(tree.root, { dot, variables: new Map([['$', dot]]) });
  }

  #note(seen: Seen, depth: Depth): void {
    note(this.#facts.reads, this.#facts.scopes, seen, depth);
  }

  #list(statements: readonly Statement[], frame: Frame): void {
    const inner = { ...frame, variables: new Map(frame.variables) };
    for (const statement of statements) this.#statement(statement, inner);
  }

  #statement(statement: Statement, frame: Frame): void {
    switch (statement.kind) {
      case 'action': {
        const seen = this.#pipe(statement.pipe, frame);
        if (statement.pipe.variables.length === 0) this.#note(seen, 'take');
        return;
      }
      case 'if':
      case 'with': {
        const inner = { ...frame, variables: new Map(frame.variables) };
        const seen = this.#pipe(statement.pipe, inner, true);
        this.#note(seen, 'look');
        this.#list(statement.list, statement.kind === 'with' ? { ...inner, dot: seen } : inner);
        if (statement.elseList) this.#list(statement.elseList, inner);
        return;
      }
      case 'range':
        this.#range(statement, frame);
        return;
      case 'template':
        this.#call(statement.name, statement.pipe ? this.#pipe(statement.pipe, frame) : UNKNOWN);
    }
  }

  #range({ pipe, list, elseList }: RangeNode, frame: Frame): void {
    const inner = { ...frame, variables: new Map(frame.variables) };
    this.#note(this.#pipe({ ...pipe, variables: [] }, inner), 'take');
    for (const { name } of pipe.variables) inner.variables.set(name, UNKNOWN);
    this.#list(list, { ...inner, dot: UNKNOWN });
    if (elseList) this.#list(elseList, inner);
  }

  #call(name: string | undefined, dot: Seen): void {
    const { named } = this.#facts;
    const tree = name === undefined ? undefined : named.get(name);
    if (tree) this.template(tree, dot);
    // A name that is computed may be any.
    else if (name === undefined) for (const one of named.values()) this.template(one, dot);
  }

  /** What a pipeline comes to; all that its functions are given is noted. */
  #pipe(pipe: PipeNode, frame: Frame, isAsked = false): Seen {
    let seen: Seen | undefined;
    for (const command of pipe.commands) seen = this.#command(command, seen, frame, isAsked);
    const result = seen ?? UNKNOWN;
    for (const { name } of pipe.variables) {
      if (pipe.assign) {
        // Which of the two it is depends on what is run.
        this.#note(frame.variables.get(name) ?? UNKNOWN, 'take');
        this.#note(result, 'take');
      }
      frame.variables.set(name, result);
    }
    return result;
  }

  #command({ first, args }: CommandNode, piped: Seen | undefined, frame: Frame, isAsked: boolean): Seen {
    if (first.kind === 'identifier') return this.#function(first.name, args, piped, frame, isAsked);
    const seen = this.#operand(first, frame, isAsked);
    for (const arg of args) this.#note(this.#operand(arg, frame), 'take');
    if (piped) this.#note(piped, 'take');
    return seen;
  }

  #function(
    name: string,
    args: readonly Expression[],
    piped: Seen | undefined,
    frame: Frame,
    isAsked: boolean,
  ): Seen {
    const asks = isAsked && ASKING.has(name);
    const given = [...args.map((arg) => this.#operand(arg, frame, asks)), ...(piped ? [piped] : [])];
    const text = (index: number): string | undefined => {
      const arg = args[index];
      return arg?.kind === 'string' ? arg.value : undefined;
    };
    if (name === 'include') {
      this.#call(text(0), given[1] ?? UNKNOWN);
      return UNKNOWN;
    }
    const member = memberCalled(name, args.length, text, given);
    if (member) {
      for (const one of given) if (one !== member.of) this.#note(one, 'take');
      if (name === 'hasKey') this.#note(member.seen, 'look');
      return name === 'hasKey' ? UNKNOWN : member.seen;
    }
    for (const one of given) this.#note(one, asks ? 'look' : 'take');
    return UNKNOWN;
  }

  #operand(node: Expression, frame: Frame, isAsked = false): Seen {
    switch (node.kind) {
      case 'dot':
        return frame.dot;
      case 'field':
        return memberOf(frame.dot, node.names);
      case 'variable':
        return memberOf(frame.variables.get(node.name) ?? UNKNOWN, node.names);
      case 'chain':
        return memberOf(this.#operand(node.node, frame), node.names);
      case 'pipe':
        return this.#pipe(node, frame, isAsked);
      case 'identifier':
        return this.#function(node.name, [], undefined, frame, isAsked);
      default:
        return UNKNOWN;
    }
  }
}

interface MemberCall {
  readonly of: Seen;
  readonly seen: Seen;
}

/** `index X "a" "b"`, `get X "a"`, `hasKey X "a"` and `dig "a" "b" default X` name a member; the rest of a path that is computed is unknown. */
function memberCalled(
  name: string,
  count: number,
  text: (index: number) => string | undefined,
  given: readonly Seen[],
): MemberCall | undefined {
  const textsFrom = (from: number, to: number): string[] => {
    const names: string[] = [];
    for (let at = from; at < to; at++) {
      const one = text(at);
      if (one === undefined) break;
      names.push(one);
    }
    return names;
  };
  if (['index', 'get', 'hasKey'].includes(name)) {
    const [of] = given;
    const names = textsFrom(1, count);
    return of && names.length > 0 ? { of, seen: memberOf(of, names) } : undefined;
  }
  const of = given.at(-1);
  const names = name === 'dig' ? textsFrom(0, given.length - 2) : [];
  return of && names.length > 0 ? { of, seen: memberOf(of, names) } : undefined;
}
