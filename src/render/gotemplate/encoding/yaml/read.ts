import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { floatText } from '../../format/floats.ts';
import { type Budget, GoError, type GoMap, type Value } from '../../values.ts';
import { MAX_DEPTH } from '../json.ts';
import { goSyntax } from './syntax.ts';
import { keyText, resolveScalar, rootScalar, scalarText, tagOf, unsupportedKey } from './tags.ts';

/** The value of the events of one document: maps, lists, and of numbers float64 alone, for all goes through JSON. @throws GoError */
export function readEvents(source: string, events: readonly Event[], budget: Budget): Value {
  return new Reader(source, events, budget).document();
}

/** Of the first so many decoded nodes, nearly all may come of aliases; of many more, a tenth (`allowedAliasRatio` of decode.go). */
const FEW_NODES = 400_000;
const MANY_NODES = 4_000_000;

function allowedAliasRatio(nodes: number): number {
  if (nodes <= FEW_NODES) return 0.99;
  if (nodes >= MANY_NODES) return 0.1;
  return 0.99 - 0.89 * ((nodes - FEW_NODES) / (MANY_NODES - FEW_NODES));
}

class Reader {
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #budget: Budget;
  /** The index of each alias → that of the node that it stands for: the last of its name before it. */
  readonly #targets: ReadonlyMap<number, number>;
  /** The aliases that are being read. */
  readonly #inside = new Set<number>();
  #at = 0;
  #nodes = 0;
  #aliased = 0;
  #depth = 0;

  constructor(source: string, events: readonly Event[], budget: Budget) {
    this.#source = source;
    this.#events = events;
    this.#budget = budget;
    this.#targets = targetsOf(source, events);
  }

  document(): Value {
    this.#at = this.#events[0]?.type === EVENT_ID.DOCUMENT ? 1 : 0;
    const first = this.#events[this.#at];
    if (first?.type === EVENT_ID.SCALAR) return this.#scalar(rootScalar(this.#source, first));
    return first && first.type !== EVENT_ID.POP ? this.#node() : null;
  }

  #node(): Value {
    this.#count();
    const event = this.#events[this.#at];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        this.#at++;
        return this.#scalar(event);
      case EVENT_ID.MAPPING: {
        const map: GoMap = new Map();
        this.#members(map);
        return map;
      }
      case EVENT_ID.SEQUENCE:
        return this.#items();
      case EVENT_ID.ALIAS:
        return this.#alias(() => this.#node());
      default:
        throw new Error('unreachable: a node of no type');
    }
  }

  #count(): void {
    this.#budget.spend(1);
    this.#nodes++;
    if (this.#inside.size === 0) return;
    this.#aliased++;
    const ratio = this.#aliased / this.#nodes;
    if (this.#aliased > 100 && this.#nodes > 1000 && ratio > allowedAliasRatio(this.#nodes))
      throw new GoError('yaml: document contains excessive aliasing');
  }

  #items(): Value[] {
    const items: Value[] = [];
    this.#inCollection(() => items.push(this.#node()));
    return items;
  }

  #members(map: GoMap): void {
    this.#inCollection(() => {
      if (this.#isMerge()) {
        this.#at++;
        this.#merge(map);
        return;
      }
      const key = this.#key();
      const value = this.#node();
      if (key === null) throw unsupportedKey(value);
      map.set(key, value);
    });
  }

  /** Reads what is between the two events of a collection. */
  #inCollection(member: () => void): void {
    this.#at++;
    if (++this.#depth > MAX_DEPTH) throw new GoError('yaml: exceeded max depth of 10000');
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) member();
    this.#depth--;
    this.#at++;
  }

  /** Reads what the alias stands for, and goes on behind it. */
  #alias<T>(read: () => T): T {
    const at = this.#at;
    if (this.#inside.has(at))
      throw new GoError(`yaml: anchor '${this.#aliasName(at)}' value contains itself`);
    this.#inside.add(at);
    this.#at = this.#targets.get(at) ?? at;
    const value = read();
    this.#inside.delete(at);
    this.#at = at + 1;
    return value;
  }

  #aliasName(at: number): string {
    const event = this.#events[at];
    return event?.type === EVENT_ID.ALIAS ? nameOf(this.#source, event) : '';
  }

  #isMerge(): boolean {
    const event = this.#events[this.#at];
    if (event?.type !== EVENT_ID.SCALAR || event.valueEnd - event.valueStart !== 2) return false;
    if (getScalarValue(this.#source, event) !== '<<') return false;
    const tag = tagOf(this.#source, event);
    return tag === '!!merge' || (tag === '' && event.style === SCALAR_STYLE.PLAIN);
  }

  /** Later members win over merged ones and merged ones over earlier ones: order counts. */
  #merge(map: GoMap): void {
    const event = this.#events[this.#at];
    if (event?.type !== EVENT_ID.SEQUENCE) {
      this.#mergeOne(map);
      return;
    }
    const starts: number[] = [];
    for (this.#at++; this.#events[this.#at]?.type !== EVENT_ID.POP; this.#skip()) starts.push(this.#at);
    const end = this.#at + 1;
    for (const start of starts.reverse()) {
      this.#at = start;
      this.#mergeOne(map);
    }
    this.#at = end;
  }

  #mergeOne(map: GoMap): void {
    const isAlias = this.#events[this.#at]?.type === EVENT_ID.ALIAS;
    const target = this.#events[isAlias ? (this.#targets.get(this.#at) ?? -1) : this.#at];
    if (target?.type !== EVENT_ID.MAPPING)
      throw new GoError('yaml: map merge requires map or sequence of maps as the value');
    this.#count();
    if (isAlias) this.#alias(() => this.#mergeOne(map));
    else this.#members(map);
  }

  #skip(): void {
    let open = 0;
    do {
      const type = this.#events[this.#at++]?.type;
      if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) open++;
      else if (type === EVENT_ID.POP) open--;
    } while (open > 0);
  }

  /** Keys are strings in JSON; null for a key of null, which it cannot have. */
  #key(): string | null {
    const event = this.#events[this.#at];
    if (event?.type === EVENT_ID.ALIAS) {
      this.#count();
      return this.#alias(() => this.#key());
    }
    if (event?.type !== EVENT_ID.SCALAR)
      throw new GoError(`yaml: invalid map key: ${goSyntax(this.#node())}`);
    this.#count();
    this.#at++;
    const text = this.#text(event);
    return keyText(resolveScalar(this.#source, event, text), text);
  }

  #scalar(event: ScalarEvent): Value {
    const text = this.#text(event);
    const plain = resolveScalar(this.#source, event, text);
    if (plain.kind === 'bool') return plain.value;
    if (plain.kind === 'null') return null;
    if (plain.kind === 'int') return Number(plain.value);
    if (plain.kind === 'binary') return plain.value;
    if (plain.kind !== 'float') return text;
    if (!Number.isFinite(plain.value))
      throw new GoError(`json: unsupported value: ${floatText(plain.value)}`);
    return plain.value;
  }

  #text(event: ScalarEvent): string {
    const text = scalarText(this.#source, event);
    this.#budget.spend(text.length >>> 6);
    return text;
  }
}

const nameOf = (
  source: string,
  event: { readonly anchorStart: number; readonly anchorEnd: number },
): string => source.slice(event.anchorStart, event.anchorEnd);

function targetsOf(source: string, events: readonly Event[]): ReadonlyMap<number, number> {
  const anchors = new Map<string, number>();
  const targets = new Map<number, number>();
  for (const [at, event] of events.entries()) {
    if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP || event.anchorStart < 0) continue;
    const name = nameOf(source, event);
    if (event.type !== EVENT_ID.ALIAS) {
      anchors.set(name, at);
      continue;
    }
    const target = anchors.get(name);
    if (target === undefined) throw new GoError(`yaml: unknown anchor '${name}' referenced`);
    targets.set(at, target);
  }
  return targets;
}
