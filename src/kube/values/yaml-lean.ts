import type { Bounds } from './bounds.ts';
import type { Json } from './types.ts';
import { blockScalar } from './yaml-lean-block.ts';
import { LeanCursor } from './yaml-lean-cursor.ts';
import { flowValue, quoted } from './yaml-lean-flow.ts';
import { plainValue, UNUSUAL, unusual } from './yaml-lean-scalars.ts';

/** A document that is not empty, and where its first content is, from 1. */
export interface LeanDocument {
  readonly value: Json;
  readonly line: number;
  readonly column: number;
}

/**
 * What js-yaml makes of a text, in a fifth of the time, or undefined: templates print maps and lists in blocks with scalars and flow
 * collections of one line, and to read these takes a small part of YAML. Whatever is anything else (tabs, anchors, tags, texts over several
 * lines, a key given twice, every error) is left to js-yaml, which also says what is wrong. A property test compares the two.
 */
export function readLean(text: string, bounds: Bounds): readonly LeanDocument[] | undefined {
  if (OTHER_CHARACTERS.test(text)) return undefined;
  try {
    return new LeanReader(text, bounds).documents();
  } catch (error) {
    if (error === UNUSUAL) return undefined;
    throw error;
  }
}

/** Control characters, tabs and carriage returns among them, other breaks of lines, byte order marks, surrogates and noncharacters. */
const OTHER_CHARACTERS = /[^\n\x20-\x7E\xA1-\u1FFF\u2010-\u2027\u2030-\uD7FF\uF900-\uFDCF]/;

/** Of a plain or simply quoted key, with the colon that ends it. */
const KEY = /(?:([\w.][\w./-]*)|"([^"\\\n]*)"):(?= |\n|$)/y;
/** Where this recursion ends, well before the stack does. */
const MAX_DEPTH = 100;

const DASH = 0x2d;
const SPACE = 0x20;
const NEWLINE = 0x0a;

class LeanReader {
  readonly #cursor: LeanCursor;
  readonly #text: string;
  readonly #bounds: Bounds;
  readonly #maxDepth: number;
  #nodes = 0;
  #depth = 0;

  constructor(text: string, bounds: Bounds) {
    this.#text = text;
    this.#bounds = bounds;
    this.#maxDepth = Math.min(MAX_DEPTH, bounds.depth);
    this.#cursor = new LeanCursor(text);
  }

  documents(): readonly LeanDocument[] {
    const cursor = this.#cursor;
    const documents: LeanDocument[] = [];
    while (cursor.nextDocument()) {
      if (!cursor.hasLine) continue;
      const { line, column } = cursor;
      const value = this.#block();
      if (cursor.hasLine) unusual();
      documents.push({ value, line, column: column + 1 });
    }
    return documents;
  }

  /** The map or list that begins at the cursor. */
  #block(): Json {
    return this.#isItem() ? this.#sequence() : this.#mapping();
  }

  #isItem(): boolean {
    const { at } = this.#cursor;
    if (this.#text.charCodeAt(at) !== DASH) return false;
    const following = this.#text.charCodeAt(at + 1);
    return following === SPACE || following === NEWLINE || Number.isNaN(following);
  }

  #mapping(): Json {
    const cursor = this.#cursor;
    const { column } = cursor;
    const map: Record<string, Json> = {};
    this.#enter();
    do {
      const key = this.#key();
      // What every object inherits is found as well: let js-yaml judge.
      if (map[key] !== undefined) unusual();
      this.#count();
      map[key] = this.#value(column, true);
    } while (cursor.isAt(column));
    this.#leave();
    return map;
  }

  /** Leaves the cursor behind the colon. */
  #key(): string {
    KEY.lastIndex = this.#cursor.at;
    const found = KEY.exec(this.#text);
    if (!found) return unusual();
    this.#cursor.at = KEY.lastIndex;
    const [, plain, quotedKey = ''] = found;
    if (plain === undefined) return quotedKey;
    return typeof plainValue(plain) === 'string' ? plain : unusual();
  }

  #sequence(): Json {
    const cursor = this.#cursor;
    const { column } = cursor;
    const items: Json[] = [];
    this.#enter();
    do {
      if (!this.#isItem()) break;
      cursor.at += 1;
      items.push(this.#item(column));
    } while (cursor.isAt(column));
    this.#leave();
    return items;
  }

  /** What follows the dash of an item: a map or list that begins on the same line, or as the value of a key. */
  #item(column: number): Json {
    const cursor = this.#cursor;
    if (!cursor.toContent()) return this.#value(column, false);
    KEY.lastIndex = cursor.at;
    if (!this.#isItem() && !KEY.test(this.#text)) return this.#value(column, false);
    cursor.startBlock();
    return this.#block();
  }

  /** A value behind a colon or dash, in a block at `column`. The items of a key's list may stand as far left as the key. */
  #value(column: number, ofKey: boolean): Json {
    const cursor = this.#cursor;
    if (!cursor.toContent()) {
      cursor.nextLine();
      if (cursor.hasLine && (cursor.column > column || (ofKey && cursor.column === column && this.#isItem())))
        return this.#block();
      this.#count();
      return null;
    }
    const value = this.#inline(column);
    if (cursor.hasLine && cursor.column > column) unusual();
    return value;
  }

  /** A value that begins on the line of the cursor, which goes on to the line after it. */
  #inline(column: number): Json {
    const cursor = this.#cursor;
    const { at, end } = cursor;
    switch (this.#text[at]) {
      case '|':
        this.#count();
        return blockScalar(cursor, column);
      case '"':
      case "'": {
        this.#count();
        const { value, next } = quoted(this.#text, at, end);
        cursor.endLine(next);
        return value;
      }
      case '{':
      case '[': {
        const { value, next, nodes } = flowValue(this.#text, at, end, this.#maxDepth - this.#depth);
        this.#count(nodes);
        cursor.endLine(next);
        return value;
      }
      default: {
        this.#count();
        const written = cursor.plain();
        cursor.nextLine();
        return plainValue(written);
      }
    }
  }

  #count(nodes = 1): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#bounds.nodes) unusual();
  }

  #enter(): void {
    this.#count();
    this.#depth += 1;
    if (this.#depth > this.#maxDepth) unusual();
  }

  #leave(): void {
    this.#depth -= 1;
  }
}
