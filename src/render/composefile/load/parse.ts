import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';
import type { Place } from '../../../base/place.ts';
import type { Bounds } from '../../../kube/values/bounds.ts';
import { parseYamlEvents } from '../../../kube/values/yaml.ts';
import { documentsOf, placesOf, startOf } from '../../../kube/values/yaml-places.ts';
import type { MapNode, Node, Scalar } from './node.ts';

/** A compose file is read where the daemon answers everybody, and most have some hundred lines. */
export const COMPOSE_BOUNDS: Bounds = { nodes: 20_000, depth: 50, bytes: 512 * 1024 };

/**
 * The documents of a compose file as nodes: YAML 1.2 with merge keys and the tags of Compose (`!reset`, `!override`), as compose-go reads it. So
 * `yes` and `on` are texts here, which they are not in a manifest.
 */
export function parseComposeFile(text: string, file: string, base: string): Result<readonly Node[]> {
  const parsed = parseYamlEvents(text, file, COMPOSE_BOUNDS);
  if (!parsed.ok) return parsed;
  const { source, events } = parsed.value;
  const nodes: Node[] = [];
  const place = placesOf(source, file);
  for (const document of documentsOf(events)) {
    const builder = new Builder(source, document.slice(1), place, base);
    if (document.some((event) => startOf(event) >= 0)) nodes.push(builder.node());
    const [first, ...others] = builder.problems;
    if (first) return failed(first, ...others);
  }
  return ok(nodes);
}

const INTEGER = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const OCTAL = /^0o?([0-7]+)$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NULL = /^(?:~|null|Null|NULL|)$/;

/** A plain scalar by the core schema of YAML 1.2; `0644` is octal, as Go's reader has it. Numbers that a double rounds stay texts. */
export function plainScalar(text: string): Scalar {
  if (NULL.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (text.length > 20) return text;
  const octal = OCTAL.exec(text)?.[1];
  if (octal !== undefined && text !== '0') return Number.parseInt(octal, 8);
  if (INTEGER.test(text)) return exactly(text, Number(text.replaceAll('_', '')));
  if (HEXADECIMAL.test(text)) return exactly(text, Number(text));
  return FLOAT.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

const exactly = (text: string, value: number): Scalar => (Number.isSafeInteger(value) ? value : text);

class Builder {
  readonly problems: Problem[] = [];
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #place: (offset: number) => Place;
  readonly #base: string;
  readonly #anchors = new Map<string, Node>();
  #next = 0;

  constructor(source: string, events: readonly Event[], place: (offset: number) => Place, base: string) {
    this.#source = source;
    this.#events = events;
    this.#place = place;
    this.#base = base;
  }

  /** The next node; `at` is the place of the key that it stands under. */
  node(at?: Place): Node {
    const event = this.#events[this.#next++];
    if (!event) return this.#scalar(null, at ?? { file: '' });
    const start = startOf(event);
    const own = start < 0 ? undefined : this.#place(start);
    const place = at ?? own ?? { file: '' };
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd, place);
    const built = this.#built(event, place);
    const tagged = this.#tagged(event, built, place);
    const anchor = this.#slice('anchorStart' in event ? event : undefined);
    if (anchor !== undefined) this.#anchors.set(anchor, tagged);
    return tagged;
  }

  #built(event: Event, place: Place): Node {
    if (event.type === EVENT_ID.MAPPING) return this.#map(place);
    if (event.type === EVENT_ID.SEQUENCE) return this.#list(place);
    if (event.type !== EVENT_ID.SCALAR) return this.#scalar(null, place);
    const text = getScalarValue(this.#source, event);
    const isPlain = event.style === SCALAR_STYLE.PLAIN && !this.#tag(event);
    return this.#scalar(isPlain ? plainScalar(text) : text, place);
  }

  #scalar(value: Scalar, place: Place): Node {
    return { kind: 'scalar', value, place, base: this.#base };
  }

  #alias(start: number, end: number, place: Place): Node {
    const name = this.#source.slice(start, end);
    const found = this.#anchors.get(name);
    if (found) return found;
    this.#complain(place, `the alias *${name.slice(0, 100)} has no anchor before it`, `Define it: &${name}.`);
    return this.#scalar(null, place);
  }

  #list(place: Place): Node {
    const items: Node[] = [];
    while (!this.#isEnd()) items.push(this.node());
    return { kind: 'list', items, place, base: this.#base };
  }

  #map(place: Place): MapNode {
    const entries = new Map<string, Node>();
    const merged: Node[] = [];
    while (!this.#isEnd()) {
      const key = this.#key();
      if (key === undefined) continue;
      const value = this.node(key.place);
      if (key.isMerge) merged.push(value);
      else if (entries.has(key.text)) this.#complain(key.place, `${key.text} is given twice`, 'Remove one.');
      else entries.set(key.text, value);
    }
    for (const [key, value] of merged.flatMap((one) => this.#merged(one)))
      if (!entries.has(key)) entries.set(key, value);
    return { kind: 'map', entries, place, base: this.#base };
  }

  /** What `<<` brings: the entries of a map, or of several, the first of which wins. */
  #merged(node: Node): readonly (readonly [string, Node])[] {
    const maps = node.kind === 'list' ? node.items : [node];
    if (maps.some(({ kind }) => kind !== 'map'))
      this.#complain(node.place, '<< takes a map, or a list of maps', 'Write it like <<: *defaults.');
    return maps.flatMap((one) => (one.kind === 'map' ? [...one.entries] : []));
  }

  #key(): { readonly text: string; readonly place: Place; readonly isMerge: boolean } | undefined {
    const event = this.#events[this.#next];
    const place = event ? this.#place(startOf(event)) : { file: '' };
    if (event?.type !== EVENT_ID.SCALAR) {
      this.#complain(place, 'a key must be a text', 'Put it in quotes.');
      this.node();
      this.node();
      return undefined;
    }
    this.#next++;
    const text = getScalarValue(this.#source, event);
    return { text, place, isMerge: text === '<<' && event.style === SCALAR_STYLE.PLAIN };
  }

  #isEnd(): boolean {
    const event = this.#events[this.#next];
    if (event && event.type !== EVENT_ID.POP) return false;
    this.#next++;
    return true;
  }

  #tagged(event: Event, node: Node, place: Place): Node {
    const tag = this.#tag(event);
    if (tag === '!reset') return { ...node, tag: 'reset' };
    if (tag === '!override') return { ...node, tag: 'override' };
    if (tag && !/^(?:!|!!(?:str|map|seq|int|bool|null|float))$/.test(tag))
      this.#complain(place, `the tag ${tag.slice(0, 100)} is not one of Compose`, 'Remove it.');
    if (tag && node.kind === 'scalar' && tag !== '!!str' && tag !== '!')
      return { ...node, value: plainScalar(String(node.value ?? '')) };
    return node;
  }

  #tag(event: Event): string {
    if (!('tagStart' in event) || event.tagStart < 0) return '';
    return this.#source.slice(event.tagStart, event.tagEnd);
  }

  #slice(
    event: { readonly anchorStart: number; readonly anchorEnd: number } | undefined,
  ): string | undefined {
    return !event || event.anchorStart < 0
      ? undefined
      : this.#source.slice(event.anchorStart, event.anchorEnd);
  }

  #complain(place: Place, message: string, remedy: string): void {
    if (this.problems.length < 20) this.problems.push({ reason: 'InvalidCompose', message, place, remedy });
  }
}
