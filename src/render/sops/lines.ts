import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { isSealed } from './cipher.ts';
import type { Leaf } from './leaves.ts';
import { readMetadata, type SopsMetadata } from './metadata.ts';

/** A file of lines that SOPS has sealed: `.env` or INI. */
export interface SealedLines {
  readonly leaves: readonly Leaf[];
  readonly metadata: SopsMetadata;
  /** What SOPS wrote about the file, as lines to be taken out. */
  readonly own: readonly { readonly start: number; readonly end: number }[];
  /** How a value is written in such a file. */
  readonly write: (value: string) => string;
}

/** A line `name = value`, and where its value stands. */
interface Assignment {
  readonly section: string;
  readonly name: string;
  readonly written: string;
  readonly start: number;
  readonly end: number;
}

interface Format {
  readonly assignments: (text: string, file: string) => readonly Assignment[];
  /** The name of what SOPS wrote itself, undefined of all others. */
  readonly own: (assignment: Assignment) => string | undefined;
  readonly path: (assignment: Assignment) => readonly string[];
  readonly read: (written: string) => string | undefined;
  readonly write: (value: string) => string;
}

/** A line break is written as `\n`, and so is what looks like one (stores/dotenv/store.go). */
const DOTENV: Format = {
  assignments: (text) =>
    linesOf(text).flatMap(({ line, start }) => {
      const at = line.indexOf('=');
      if (at < 0 || line.startsWith('#')) return [];
      const end = start + line.length;
      return [
        { section: '', name: line.slice(0, at), written: line.slice(at + 1), start: start + at + 1, end },
      ];
    }),
  own: ({ name }) => (name.startsWith('sops_') ? name.slice('sops_'.length) : undefined),
  path: ({ name }) => [name],
  read: (written) => written.replaceAll('\\n', '\n'),
  write: (value) => value.replaceAll('\n', '\\n'),
};

/** As gopkg.in/ini.v1 reads and writes, which SOPS uses (stores/ini/store.go). */
const INI: Format = {
  assignments(text, file) {
    const found: Assignment[] = [];
    let section = 'DEFAULT';
    for (const { line, start } of linesOf(text)) {
      const heading = /^\s*\[([^\]]*)\]/.exec(line);
      if (heading) section = heading[1] ?? '';
      if (heading || /^\s*(?:[#;]|$)/.test(line)) continue;
      const [all, name = '', written = ''] = /^\s*([^=:`"]+?)\s*[=:][ \t]*(.*?)\s*$/.exec(line) ?? [];
      if (all === undefined) throw notRead(file, text.slice(0, start));
      const end = start + line.trimEnd().length;
      found.push({ section, name, written, start: end - written.length, end });
    }
    return found;
  },
  own: ({ section, name }) => (section === 'sops' ? name : undefined),
  path: ({ section, name }) => [section, name],
  // What is in quotes, goes on in the next line or has a comment behind it has other bytes than are written.
  read: (written) => (/["`#;]|\\$/.test(written) ? undefined : written),
  write(value) {
    if (/[\n`]/.test(value)) return `"""${value}"""`;
    if (/[#;]/.test(value)) return `\`${value}\``;
    return value.trim() === value ? value : `"${value}"`;
  },
};

function linesOf(text: string): { readonly line: string; readonly start: number }[] {
  let start = 0;
  return text.split('\n').map((whole) => {
    const found = { line: whole.replace(/\r$/, ''), start };
    start += whole.length + 1;
    return found;
  });
}

const formatOf = (file: string): Format | undefined =>
  /\.env$/.test(file) ? DOTENV : /\.ini$/.test(file) ? INI : undefined;

/** Whether a name is one of these formats, as SOPS tells them. */
export const isOfLines = (file: string): boolean => formatOf(file) !== undefined;

/** Reads a file that SOPS has sealed; undefined where it is none. */
export function readSealedLines(text: string, file: string): Result<SealedLines | undefined> {
  const format = formatOf(file);
  if (!format || !text.includes('ENC[AES256_GCM,')) return ok(undefined);
  try {
    const all = format.assignments(text, file);
    const own = all.filter((one) => format.own(one) !== undefined);
    const said = metadataIn(own.map((one) => [format.own(one) ?? '', one.written]));
    if (said.mac === undefined) return ok(undefined);
    const metadata = readMetadata(said, { file });
    if (!metadata.ok) return metadata;
    const leaves = all.filter((one) => !own.includes(one)).map((one) => leafOf(one, format, file, text));
    return ok({ leaves, metadata: metadata.value, own: ownLines(text, own), write: format.write });
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

function leafOf(one: Assignment, format: Format, file: string, text: string): Leaf {
  const value = isSealed(one.written) ? one.written : format.read(one.written);
  if (value === undefined) throw notRead(file, text.slice(0, one.start));
  return { ...one, path: format.path(one), isFlow: false, value };
}

/** Their lines, and the heading above them in an INI file. */
function ownLines(text: string, own: readonly Assignment[]): SealedLines['own'] {
  const lines = own.map(({ start }) => {
    const end = text.indexOf('\n', start);
    return { start: text.lastIndexOf('\n', start - 1) + 1, end: end < 0 ? text.length : end + 1 };
  });
  const heading = /^\s*\[sops\][^\n]*(?:\n|$)/m.exec(text);
  return heading && own[0]?.section === 'sops'
    ? [{ start: heading.index, end: heading.index + heading[0].length }, ...lines]
    : lines;
}

const SCALARS = /^(?:mac|lastmodified|(?:un)?encrypted_(?:suffix|regex|comment_regex))$/;
const LISTED = /^([a-z_]+?)__list_(\d{1,3})__map_([a-z_]+)$/;

/** `age__list_0__map_enc`: lists and maps are written into the names (stores/flatten.go). Only what is asked for is made of them. */
function metadataIn(entries: readonly (readonly [string, string])[]): JsonObject {
  const lists = new Map<string, Record<string, string>[]>();
  const scalars: [string, string | boolean][] = [];
  for (const [name, value] of entries) {
    const [, kind, index, member] = LISTED.exec(name) ?? [];
    if (name === 'mac_only_encrypted') scalars.push([name, value === 'true']);
    else if (SCALARS.test(name)) scalars.push([name, value]);
    else if (kind !== undefined && member !== undefined) {
      const list = lists.get(kind) ?? [];
      lists.set(kind, list);
      const at = Number(index);
      list[at] = { ...list[at], [member]: value.replaceAll('\\n', '\n') };
    } else if (name.startsWith('key_groups')) lists.set('key_groups', [{}]);
  }
  const listed = [...lists].map(([kind, list]) => [kind, Array.from(list, (one) => one ?? {})] as const);
  return Object.fromEntries([...scalars, ...listed]);
}

function notRead(file: string, before: string): ProblemError {
  const problem: Problem = {
    reason: 'InvalidSopsFile',
    message:
      'This line of a sealed file cannot be read: what is not sealed must be name = value, without quotes and comments behind it',
    place: { file, line: before.split('\n').length },
    remedy: 'Seal the value, or write it plainly.',
  };
  return new ProblemError(problem);
}
