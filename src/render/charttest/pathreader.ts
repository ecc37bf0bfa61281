import { ProblemError } from '../../base/errors.ts';

/** Reads a path from left to right. */
export interface Reader {
  readonly text: string;
  readonly rest: string;
  readonly isAtEnd: boolean;
  at(token: string): boolean;
  /** Whether the token is next; then it is passed. */
  take(token: string): boolean;
  /** @throws ProblemError where it is not next */
  expect(token: string): void;
  spaces(): void;
  /** What matches next, passed; undefined where nothing does. `pattern` begins with `^`. */
  match(pattern: RegExp): string | undefined;
  /** The text before a token, which is passed with it. @throws ProblemError where there is none */
  until(token: string): string;
  /** A name that goes on to what ends it. @throws ProblemError for an empty one */
  name(ends: RegExp): string;
  /** A text in single or double quotes, a backslash before each of its own. @throws ProblemError */
  quoted(): string;
}

export const badPath = (path: string, message: string): ProblemError =>
  new ProblemError({ reason: 'BadPath', message: `The path ${path} cannot be read: ${message}` });

export function readerOf(text: string): Reader {
  let at = 0;
  const fail = (message: string): never => {
    throw badPath(text, message);
  };
  const reader: Reader = {
    text,
    get rest() {
      return text.slice(at);
    },
    get isAtEnd() {
      return at >= text.length;
    },
    at: (token) => text.startsWith(token, at),
    take(token) {
      if (!text.startsWith(token, at)) return false;
      at += token.length;
      return true;
    },
    expect(token) {
      if (!reader.take(token))
        fail(`${token} is missing${at < text.length ? ` before ${text.slice(at)}` : ''}`);
    },
    spaces: () => void reader.match(/^\s+/),
    match(pattern) {
      const found = pattern.exec(text.slice(at))?.[0];
      if (found !== undefined) at += found.length;
      return found;
    },
    until(token) {
      const end = text.indexOf(token, at);
      if (end < 0) fail(`${token} is missing`);
      const before = text.slice(at, end);
      at = end + token.length;
      return before;
    },
    name(ends) {
      const rest = text.slice(at);
      const end = rest.search(ends);
      const found = end < 0 ? rest : rest.slice(0, end);
      if (found === '') fail('a name is missing');
      at += found.length;
      return found;
    },
    quoted() {
      const found =
        reader.match(/^'(?:\\.|[^'\\])*'|^"(?:\\.|[^"\\])*"/) ?? fail('a text in quotes is missing');
      return found.slice(1, -1).replace(/\\(.)/g, '$1');
    },
  };
  return reader;
}
