import { failed, ok, type Problem, type Result } from '../../../base/errors.ts';
import { type Budget, InterpolationError, interpolate, type Lookup } from './interpolate.ts';

export interface EnvFile {
  readonly text: string;
  readonly file: string;
}

interface Options {
  /** Variables that the file may refer to; they stand before those of the file. */
  readonly lookup: Lookup;
  readonly budget: Budget;
}

const MOST_VARIABLES = 5_000;

/**
 * The variables of a `.env` file as Compose reads it: `NAME=value`, `export NAME=value`, `NAME: value`, comments, values in single quotes (as
 * they are) and double quotes (escapes and variables), both over several lines; a name alone takes its value from `lookup`. The rules are those
 * of compose-go's package dotenv.
 */
export function parseEnvFile({ text, file }: EnvFile, options: Options): Result<ReadonlyMap<string, string>> {
  const reader = new Reader(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), options);
  try {
    return ok(reader.read());
  } catch (error) {
    if (!(error instanceof InterpolationError)) throw error;
    return failed(invalid(file, reader.line, error));
  }
}

const invalid = (file: string, line: number, { message, remedy }: InterpolationError): Problem => ({
  reason: 'InvalidEnvFile',
  message: `this line of the environment file ${message}`,
  place: { file, line },
  remedy,
});

const KEY = /(?:export[ \t]+)?([^\s=:#'"]+)[ \t]*([=:\n]|$)/y;
const BLANK = /(?:\s|#[^\n]*(?:\n|$))*/y;

class Reader {
  readonly #text: string;
  readonly #options: Options;
  readonly #found = new Map<string, string>();
  #at = 0;

  constructor(text: string, options: Options) {
    this.#text = text;
    this.#options = options;
  }

  get line(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }

  read(): ReadonlyMap<string, string> {
    for (this.#match(BLANK); this.#at < this.#text.length; this.#match(BLANK)) this.#statement();
    return this.#found;
  }

  #statement(): void {
    const start = this.#at;
    const [, name = '', separator] = this.#match(KEY) ?? [];
    if (separator === undefined || !/^[\p{L}\p{N}_.\-[\]]+$/u.test(name)) {
      this.#at = start;
      throw new InterpolationError('has no name and value', 'Write NAME=value, or # before a comment.');
    }
    if (this.#found.size >= MOST_VARIABLES)
      throw new InterpolationError(`is one of more than ${MOST_VARIABLES} variables`, 'Split the file.');
    if (separator === '=' || separator === ':') this.#found.set(name, notSealed(name, this.#value()));
    else {
      const known = this.#options.lookup(name);
      if (known !== undefined) this.#found.set(name, known);
    }
  }

  #value(): string {
    while (' \t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
    const quote = this.#text[this.#at];
    return quote === '"' || quote === "'" ? this.#quoted(quote) : this.#unquoted();
  }

  #unquoted(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end);
    const comment = line.search(/(?:^|\s)#/);
    const value = this.#expand((comment < 0 ? line : line.slice(0, comment)).trimEnd());
    this.#at = end < 0 ? this.#text.length : end;
    return value;
  }

  #quoted(quote: string): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== quote) end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length)
      throw new InterpolationError(`has a quotation mark ${quote} that is not closed`, 'Close it.');
    const inside = this.#text.slice(start + 1, end);
    const value = quote === "'" ? inside.replaceAll("\\'", "'") : this.#expand(unescaped(inside));
    this.#at = end + 1;
    return value;
  }

  #expand(value: string): string {
    const { lookup, budget } = this.#options;
    const known: Lookup = (name) => lookup(name) ?? this.#found.get(name);
    return interpolate(value, { lookup: known, budget, onUnset: () => {} });
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    this.#at += match?.[0].length ?? 0;
    return match;
  }
}

/** What SOPS has sealed begins so, or holds it. */
export const SEALED = 'ENC[AES256_GCM,';

function notSealed(name: string, value: string): string {
  if (!value.includes(SEALED)) return value;
  throw new InterpolationError(
    `has a sealed value for ${name}, and environment files are not opened`,
    'Put it into the values of the app, a YAML file that SOPS has sealed (docs/secrets.md): it is opened for the render.',
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  $: '$$',
};

const unescaped = (text: string): string =>
  text.replace(/\\([abfnrtv"\\$])/g, (whole, letter: string) => ESCAPES[letter] ?? whole);

/** A file whose lines are `NAME=value` and nothing more (`format: raw`). */
export function parseRawEnvFile({ text, file }: EnvFile): Result<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/, MOST_LINES).entries()) {
    if (!line.includes('=') || line.startsWith('#') || found.size >= MOST_VARIABLES) continue;
    const name = line.slice(0, line.indexOf('=')).trim();
    try {
      found.set(name, notSealed(name, line.slice(line.indexOf('=') + 1)));
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      return failed(invalid(file, i + 1, error));
    }
  }
  return ok(found);
}

/** With comments and empty ones. */
const MOST_LINES = 4 * MOST_VARIABLES;
