import { RE2JS } from 're2js';

/**
 * Paths by a pattern of github.com/gobwas/glob, with `/` as the separator: `*` and `?` stop at it, `**` does not, `[a-z]`, `[!abc]`,
 * `{a,b}`, and a backslash before what is meant literally. undefined for a pattern that is none.
 */
export function compileGlob(pattern: string): ((path: string) => boolean) | undefined {
  const source = new GlobParser(pattern).parse();
  if (source === undefined) return undefined;
  const compiled = RE2JS.compile(source, RE2JS.DOTALL);
  return (path) => compiled.matches(path);
}

const SPECIAL = /[\\^$.|?*+()[\]{}]/g;
const literal = (text: string): string => text.replace(SPECIAL, '\\$&');

/** Translates a pattern into an expression of RE2, which matches in linear time. */
class GlobParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  parse(): string | undefined {
    let source = '';
    while (this.#at < this.#characters.length) {
      const term = this.#term(this.#characters[this.#at++] ?? '');
      if (term === undefined) return undefined;
      source += term;
    }
    return this.#depth === 0 ? source : undefined;
  }

  #term(character: string): string | undefined {
    switch (character) {
      case '*':
        if (this.#characters[this.#at] !== '*') return '[^/]*';
        this.#at++;
        return '.*';
      case '?':
        return '[^/]';
      case '[':
        return this.#class();
      case '{':
        this.#depth++;
        return '(?:';
      case '\\':
        return literal(this.#characters[this.#at++] ?? '');
    }
    if (this.#depth > 0 && character === ',') return '|';
    if (this.#depth > 0 && character === '}') {
      this.#depth--;
      return ')';
    }
    return literal(character);
  }

  /** One range `a-z`, or a list of characters in which a dash stands for itself. */
  #class(): string | undefined {
    const not = this.#characters[this.#at] === '!' ? '^' : '';
    if (not !== '') this.#at++;
    const first = this.#characters[this.#at];
    if (first === undefined) return undefined;
    if (this.#characters[this.#at + 1] === '-') {
      const last = this.#characters[this.#at + 2];
      if (last === undefined || this.#characters[this.#at + 3] !== ']' || last < first) return undefined;
      this.#at += 4;
      return `[${not}${inClass(first)}-${inClass(last)}]`;
    }
    let list = '';
    for (;;) {
      const character = this.#characters[this.#at++];
      if (character === undefined) return undefined;
      if (character === ']') break;
      list += inClass(character === '\\' ? (this.#characters[this.#at++] ?? '') : character);
    }
    return list === '' ? undefined : `[${not}${list}]`;
  }
}

const inClass = (character: string): string => character.replace(/[\\\]^[-]/g, '\\$&');
