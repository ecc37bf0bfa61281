import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { ProblemError } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import { parseYamlEvents } from '../../../kube/values/yaml.ts';
import { documentsOf, placesOf, startOf } from '../../../kube/values/yaml-places.ts';
import { Node } from './node.ts';
import { resolve } from './resolve.ts';

/**
 * The documents of a text as nodes, empty ones left out; aliases and merge keys stand for what they mean, as kyaml reads files
 * (`kio/byteio_reader.go` with `AnchorsAweigh`). @throws ProblemError with the place
 */
export function readNodes(text: string, file: string): Node[] {
  const parsed = parseYamlEvents(text.replaceAll('\r\n', '\n'), file);
  if (!parsed.ok) throw new ProblemError(parsed.problems[0]);
  const { source, events } = parsed.value;
  const place = placesOf(source, file);
  return documentsOf(events).flatMap((document) => {
    if (!document.some((event) => startOf(event) >= 0)) return [];
    return [new Builder(source, file, document.slice(1), place).node()];
  });
}

class Builder {
  readonly #source: string;
  readonly #file: string;
  readonly #events: readonly Event[];
  readonly #place: (offset: number) => Place;
  readonly #anchors = new Map<string, Node>();
  #next = 0;

  constructor(source: string, file: string, events: readonly Event[], place: (offset: number) => Place) {
    this.#source = source;
    this.#file = file;
    this.#events = events;
    this.#place = place;
  }

  node(): Node {
    const event = this.#events[this.#next++];
    if (event === undefined) throw new Error('the events of a document end early');
    const line = this.#place(startOf(event)).line ?? 1;
    const node = this.#nodeOf(event, line);
    node.line = line;
    return node;
  }

  #nodeOf(event: Event, line: number): Node {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return this.#anchored(event, this.#scalar(event));
      case EVENT_ID.ALIAS:
        return this.#alias(this.#source.slice(event.anchorStart, event.anchorEnd), line);
      case EVENT_ID.MAPPING:
        return this.#anchored(event, this.#map());
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, this.#list());
      default:
        throw new Error('a node starts with no event of its own');
    }
  }

  #anchored(event: { readonly anchorStart: number; readonly anchorEnd: number }, node: Node): Node {
    if (event.anchorStart >= 0)
      this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #alias(name: string, line: number): Node {
    const node = this.#anchors.get(name);
    if (!node) throw this.#problem(`unknown alias ${name}`, line);
    return node.copy();
  }

  #scalar(event: ScalarEvent): Node {
    const node = new Node('scalar');
    node.text = this.#text(event);
    node.quoted = event.style !== SCALAR_STYLE.PLAIN;
    const tag = event.tagStart < 0 ? '' : this.#source.slice(event.tagStart, event.tagEnd);
    if (tag !== '' && tag !== '!') node.tag = tag;
    else node.tag = node.quoted || tag === '!' ? '!!str' : resolve(node.text).tag;
    return node;
  }

  /** A block that the text ends in, without a line break, has none either (go.yaml.in/yaml). */
  #text(event: ScalarEvent): string {
    const text = getScalarValue(this.#source, event);
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK;
    const isLast = isBlock && event.valueEnd >= this.#source.length && !this.#source.endsWith('\n');
    return isLast ? text.replace(/\n$/, '') : text;
  }

  #list(): Node {
    const node = new Node('list');
    while (!this.#isEnd()) node.items.push(this.node());
    return node;
  }

  #map(): Node {
    const node = new Node('map');
    const merged: Node[] = [];
    while (!this.#isEnd()) {
      const key = this.node();
      if (key.kind !== 'scalar') throw this.#problem('a key must be a scalar', key.line);
      const value = this.node();
      if (key.text === '<<' && !key.quoted) merged.push(...this.#mergedBy(value, key.line));
      else if (node.fields.has(key.text))
        throw this.#problem(`the key ${JSON.stringify(key.text)} is given twice`, key.line);
      else node.fields.set(key.text, value);
    }
    for (const from of merged)
      for (const [key, value] of from.fields) if (!node.fields.has(key)) node.fields.set(key, value.copy());
    return node;
  }

  #mergedBy(value: Node, line: number | undefined): Node[] {
    const maps = value.kind === 'list' ? value.items : [value];
    if (maps.some(({ kind }) => kind !== 'map'))
      throw this.#problem('a merge key takes a map, or a list of maps', line);
    return maps;
  }

  #isEnd(): boolean {
    if (this.#events[this.#next]?.type !== EVENT_ID.POP) return false;
    this.#next++;
    return true;
  }

  #problem(message: string, line: number | undefined): ProblemError {
    const place = line === undefined ? { file: this.#file } : { file: this.#file, line };
    return new ProblemError({ reason: 'YamlError', message, place });
  }
}
