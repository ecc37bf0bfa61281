/**
 * Go's path.Match: `*` and `?` stop at `/`, `[a-z]` and `[^a-z]` are classes, a backslash takes the next character as it is.
 * undefined for a pattern that is none (Go: ErrBadPattern).
 */
export function pathMatch(pattern: string, name: string): boolean | undefined {
  const compiled = compilePattern(pattern);
  return compiled?.(name);
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'one' }
  | { readonly type: 'many' }
  | {
      readonly type: 'class';
      readonly not: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** A function that matches whole names, undefined for a pattern that is none. */
export function compilePattern(pattern: string): ((name: string) => boolean) | undefined {
  const parts = parse([...pattern]);
  return parts && ((name) => matches(parts, [...name]));
}

function parse(characters: readonly string[]): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '*') parts.push({ type: 'many' });
    else if (character === '?') parts.push({ type: 'one' });
    else if (character === '[') {
      const read = readClass(characters, at + 1);
      if (!read) return undefined;
      parts.push(read.part);
      at = read.end;
    } else {
      const escaped = character === '\\' ? characters[++at] : character;
      if (escaped === undefined) return undefined;
      parts.push({ type: 'text', text: escaped });
    }
  }
  return parts;
}

/** From behind `[`; `end` is the place of `]`. */
function readClass(
  characters: readonly string[],
  start: number,
): { readonly part: Part; readonly end: number } | undefined {
  const not = characters[start] === '^';
  const ranges: (readonly [string, string])[] = [];
  let at = not ? start + 1 : start;
  while (characters[at] !== ']' || ranges.length === 0) {
    const low = readMember(characters, at);
    if (!low) return undefined;
    at = low.next;
    let high = low;
    if (characters[at] === '-') {
      const read = readMember(characters, at + 1);
      if (!read) return undefined;
      high = read;
      at = read.next;
    }
    ranges.push([low.character, high.character]);
  }
  return { part: { type: 'class', not, ranges }, end: at };
}

function readMember(
  characters: readonly string[],
  at: number,
): { readonly character: string; readonly next: number } | undefined {
  const first = characters[at];
  if (first === undefined || first === '-' || first === ']') return undefined;
  if (first !== '\\') return { character: first, next: at + 1 };
  const escaped = characters[at + 1];
  return escaped === undefined ? undefined : { character: escaped, next: at + 2 };
}

/** One star is remembered at a time, so the work is at most pattern times name. */
function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length || part < parts.length) {
    const current = parts[part];
    if (current?.type === 'many') {
      star = part++;
      resume = at;
    } else if (current && at < name.length && fits(current, name[at] ?? '')) {
      part++;
      at++;
    } else {
      if (star < 0 || resume >= name.length || name[resume] === '/') return false;
      at = ++resume;
      part = star + 1;
    }
  }
  return true;
}

function fits(part: Part, character: string): boolean {
  if (part.type === 'text') return part.text === character;
  if (part.type === 'one') return character !== '/';
  if (part.type === 'many') return false;
  const code = character.codePointAt(0) ?? 0;
  const inside = part.ranges.some(
    ([low, high]) => (low.codePointAt(0) ?? 0) <= code && code <= (high.codePointAt(0) ?? 0),
  );
  return inside !== part.not;
}
