import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { type Problem, ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { parseFileEvents, scalarOf } from '../../../kube/values/yaml.ts';
import { documentsOf, placesOf, startOf } from '../../../kube/values/yaml-places.ts';
import { type Rewriting, type Scope, startRewriting, type Vocabulary } from '../rewriting.ts';
import { isBlockKey, readBlock, readElse } from './blockkeys.ts';
import { FIRST, type Masked, mask, REST } from './mask.ts';
import type { KeyedMember, ListNode, MapNode, Member, Node, StructuredTemplate } from './nodes.ts';
import { type ScalarText, scalarText } from './scalars.ts';
import { readScalar, textNode } from './values.ts';

/**
 * Reads a structured template: YAML, in whose scalars expressions stand. The YAML is read first, so that nothing that an expression gives
 * can change the structure, and no indentation counts but that of the file. @throws ProblemError with the place
 */
export function readStructured(written: string, file: string, words: Vocabulary): StructuredTemplate {
  const text = written.replace(/^\uFEFF/, '');
  const masked = mask(text);
  const parsed = parseFileEvents(masked.text, file);
  if (!parsed.ok) throw new ProblemError(withHint(parsed.problems[0], text));
  const { source, events } = parsed.value;
  const rewriting = startRewriting(file, 0, words);
  const reader = { source, masks: placed(masked.expressions, text, file), rewriting };
  const place = placesOf(source, file);
  const documents = documentsOf(events).flatMap((document) =>
    document.some((event) => startOf(event) >= 0)
      ? [new Builder(reader, document.slice(1), place).node([])]
      : [],
  );
  return { file, documents, calls: rewriting.calls };
}

/** What YAML cannot read is often an expression that nothing closes, or a block that has no colon. */
function withHint(problem: Problem, text: string): Problem {
  const lines = text.split('\n');
  const line = problem.place?.line ?? 1;
  const near = lines.slice(Math.max(0, line - 2), line);
  const details = problem.details?.map((shown) => withoutMasks(shown, lines));
  const said: Problem = { ...problem, ...(details ? { details } : {}), message: unmasked(problem.message) };
  if (near.some((one) => one.includes('{{') && !one.includes('}}')))
    return { ...said, remedy: 'An expression ends on the line that it begins on: close it with }}.' };
  if (near.some((one) => /\{\{(?:[#/]|else)[^}]*\}\}\s*$/.test(one)))
    return {
      ...said,
      remedy:
        'A block is a key and has no end: write {{#if …}}: with a colon, and what belongs to it below, indented.',
    };
  return said;
}

const unmasked = (text: string): string => text.replaceAll(MASKS, '{{…}}');
const MASKS = new RegExp(`${FIRST}${REST}*`, 'g');

/** A line of an excerpt, ` 12 | …`, as it is in the file. */
function withoutMasks(shown: string, lines: readonly string[]): string {
  const [head, number] = /^\s*(\d+) \| /.exec(shown) ?? [];
  const line = lines[Number(number) - 1];
  return head === undefined || line === undefined || !shown.includes(FIRST)
    ? unmasked(shown)
    : `${head}${line}`;
}

type PlacedMask = Masked & { readonly place: Place };

function placed(expressions: readonly Masked[], text: string, file: string): readonly PlacedMask[] {
  const place = placesOf(text, file);
  return expressions.map((one) => ({ ...one, place: place(one.start) }));
}

interface Reader {
  readonly source: string;
  readonly masks: readonly PlacedMask[];
  readonly rewriting: Rewriting;
}

class Builder {
  readonly #reader: Reader;
  readonly #events: readonly Event[];
  readonly #place: (offset: number) => Place;
  readonly #anchors = new Map<string, Node>();
  #next = 0;
  #mask = 0;

  constructor(reader: Reader, events: readonly Event[], place: (offset: number) => Place) {
    this.#reader = reader;
    this.#events = events;
    this.#place = place;
  }

  node(scope: Scope): Node {
    const event = this.#events[this.#next++];
    if (!event) throw new Error('the events of a document end early');
    const place = this.#place(startOf(event));
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd, place);
    const node = this.#nodeOf(event, place, scope);
    if ('anchorStart' in event && event.anchorStart >= 0)
      this.#anchors.set(this.#reader.source.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #nodeOf(event: Event, place: Place, scope: Scope): Node {
    if (event.type === EVENT_ID.MAPPING) return this.#map(place, scope);
    if (event.type === EVENT_ID.SEQUENCE) return this.#list(place, scope);
    if (event.type !== EVENT_ID.SCALAR) throw new Error('a node starts with no event of its own');
    const { source, rewriting } = this.#reader;
    const text = this.#text(event, place);
    if (text.segments.length === 0) return { kind: 'value', value: scalarOf(source, event, place), place };
    const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
    return readScalar(rewriting, text, scope, isPlain);
  }

  /** The text of a scalar with its expressions: those up to its end that none before it has taken. */
  #text(event: ScalarEvent, place: Place): ScalarText {
    const decoded = getScalarValue(this.#reader.source, event);
    const found: PlacedMask[] = [];
    const { masks } = this.#reader;
    for (let next = masks[this.#mask]; next && next.start < event.valueEnd; next = masks[this.#mask]) {
      if (next.start >= event.valueStart) found.push(next);
      this.#mask++;
    }
    if (decoded.split(FIRST).length - 1 !== found.length)
      throw problem(place, 'this text has the character U+FDD2, which stands for expressions');
    return scalarText(decoded, found, place);
  }

  #alias(start: number, end: number, place: Place): Node {
    const name = this.#reader.source.slice(start, end);
    const node = this.#anchors.get(name);
    if (!node) throw problem(place, `the alias *${name} has no anchor before it`);
    return node;
  }

  #list(place: Place, scope: Scope): ListNode {
    const items: Node[] = [];
    while (!this.#isEnd()) items.push(this.node(scope));
    return { kind: 'list', items, place };
  }

  #map(place: Place, scope: Scope): MapNode {
    const members: Member[] = [];
    const known = new Set<string>();
    while (!this.#isEnd()) {
      const event = this.#events[this.#next++];
      if (event?.type !== EVENT_ID.SCALAR)
        throw problem(event ? this.#place(startOf(event)) : place, 'a key must be a text');
      const at = this.#place(event.valueStart);
      const key = this.#text(event, at);
      if (isBlockKey(key)) this.#block(key, members, scope);
      else if (key.text === '<<' && event.style === SCALAR_STYLE.PLAIN)
        members.push({ kind: 'merge', value: this.node(scope), place: at });
      else members.push(this.#member(event, key, known, scope));
    }
    return { kind: 'map', members, place };
  }

  /** A key means what it means in a manifest: `yes` is the key `true`, as Kubernetes has it. */
  #member(event: ScalarEvent, key: ScalarText, known: Set<string>, scope: Scope): KeyedMember {
    const { place } = key;
    if (key.segments.length > 0)
      return {
        kind: 'member',
        key: textNode(this.#reader.rewriting, key, scope),
        value: this.node(scope),
        place,
      };
    const name = String(scalarOf(this.#reader.source, event, place));
    if (known.has(name)) throw problem(place, `${name} is given twice`);
    known.add(name);
    return { kind: 'member', key: name, value: this.node(scope), place };
  }

  /** `{{#if …}}:` is a member; `{{else}}:` belongs to the one before it. */
  #block(key: ScalarText, members: Member[], scope: Scope): void {
    const { rewriting } = this.#reader;
    const header = readBlock(rewriting, key, scope);
    if (header.kind === 'block') {
      members.push({ ...header, body: this.node([...scope, ...header.names]) });
      return;
    }
    const before = members.pop();
    if (before?.kind !== 'block')
      throw problem(key.place, '{{else}} follows a block, as the next key of the same map');
    const otherwise = header.condition ? { ...header.condition, body: this.node(scope) } : this.node(scope);
    members.push(readElse(before, otherwise, key.place));
  }

  #isEnd(): boolean {
    const event = this.#events[this.#next];
    if (event && event.type !== EVENT_ID.POP) return false;
    this.#next++;
    return true;
  }
}

const problem = (place: Place, message: string): ProblemError =>
  new ProblemError({ reason: 'TemplateError', message, place });
