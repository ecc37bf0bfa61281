import { createHash, hash } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';
import type { Commit, Oid, Signature } from '../types.ts';

export const OBJECT_TYPES = ['commit', 'tree', 'blob', 'tag'] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** `mode` as git writes it: 40000 folder, 100644 and 100755 files, 120000 symbolic link, 160000 submodule. */
export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: Oid;
}

export const FOLDER = '40000';
export const EXECUTABLE = '100755';
export const SYMLINK = '120000';
export const SUBMODULE = '160000';

/**
 * Larger objects are not read, however they were stored (pushes have a tighter bound, read-pack.ts): git itself streams larger ones
 * (core.bigFileThreshold).
 */
export const MAX_OBJECT_BYTES = 512 * 2 ** 20;

export const isOid = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);

export function objectHeader(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`);
}

export function hashObject(type: ObjectType, content: Uint8Array): Oid {
  const header = objectHeader(type, content.length);
  // One call takes half the time of an incremental hash, including the copy; for a large object the copy would cost more.
  if (content.length < 2 ** 14) return hash('sha1', Buffer.concat([header, content]));
  return createHash('sha1').update(header).update(content).digest('hex');
}

export function malformed(what: string): ProblemError {
  return new ProblemError({
    reason: 'CorruptObject',
    message: what,
    remedy: 'run `git fsck` in the repository that it came from',
  });
}

/** Entry names that would leave a folder or reach into a repository's own files are refused, as `git fsck` does. */
function checkEntryName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.toLowerCase() === '.git') {
    throw malformed(`a folder holds an entry named ${JSON.stringify(name)}`);
  }
}

export function parseTree(content: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > content.length) throw malformed('a folder object is cut short');
    const name = content.toString('utf8', space + 1, end);
    checkEntryName(name);
    entries.push({
      mode: content.toString('latin1', at, space),
      name,
      oid: content.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/**
 * Calls `see` with the place of each id in a folder, except those of submodules. For walks over a whole history, where names and ids
 * as text would cost more than all else; names were checked when the object was received.
 */
export function eachIdIn(content: Buffer, see: (at: number, isFolder: boolean) => void): void {
  for (let at = 0; at < content.length; ) {
    let space = at;
    while (content[space] !== 0x20 && space < content.length) space += 1;
    let end = space;
    while (content[end] !== 0 && end < content.length) end += 1;
    if (end + 21 > content.length) throw malformed('a folder object is cut short');
    if (!hasMode(content, at, space, SUBMODULE)) see(end + 1, hasMode(content, at, space, FOLDER));
    at = end + 21;
  }
}

function hasMode(content: Buffer, from: number, to: number, mode: string): boolean {
  if (to - from !== mode.length) return false;
  for (let i = 0; i < mode.length; i++) if (content[from + i] !== mode.charCodeAt(i)) return false;
  return true;
}

/** Sorted as git does: a folder compares as if its name ended in `/`. */
export function serializeTree(entries: readonly TreeEntry[]): Buffer {
  const key = (entry: TreeEntry) => Buffer.from(entry.mode === FOLDER ? `${entry.name}/` : entry.name);
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  return Buffer.concat(
    sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.oid, 'hex')]),
  );
}

interface Headers {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly bodyAt: number;
}

/** The header lines of a commit or tag; a line that begins with a space continues the one before (gpgsig). */
function parseHeaders(content: Buffer): Headers {
  const end = content.indexOf('\n\n');
  const text = content.toString('utf8', 0, end < 0 ? content.length : end);
  const fields: [string, string][] = [];
  for (const line of text.split('\n')) {
    const last = fields.at(-1);
    if (line.startsWith(' ') && last) last[1] += `\n${line.slice(1)}`;
    else {
      const space = line.indexOf(' ');
      if (space > 0) fields.push([line.slice(0, space), line.slice(space + 1)]);
    }
  }
  return { fields, bodyAt: end < 0 ? content.length : end + 2 };
}

const field = (headers: Headers, name: string): string | undefined =>
  headers.fields.find(([key]) => key === name)?.[1];

function parseSignature(text: string | undefined): Signature {
  const match = /^(.*?) ?<([^>]*)> (-?\d+)/s.exec(text ?? '');
  return { name: match?.[1] ?? '', email: match?.[2] ?? '', at: Number(match?.[3] ?? 0) * 1000 };
}

function oidField(headers: Headers, name: string, what: string): Oid {
  const value = field(headers, name);
  if (value === undefined || !isOid(value)) throw malformed(`${what} names no ${name}`);
  return value;
}

function decodeMessage(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return bytes.toString('utf8');
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

export function parseCommit(oid: Oid, content: Buffer): Commit {
  const headers = parseHeaders(content);
  return {
    oid,
    tree: oidField(headers, 'tree', `commit ${oid}`),
    parents: headers.fields.filter(([name, value]) => name === 'parent' && isOid(value)).map(([, v]) => v),
    author: parseSignature(field(headers, 'author')),
    committer: parseSignature(field(headers, 'committer')),
    message: decodeMessage(content.subarray(headers.bodyAt), field(headers, 'encoding')),
  };
}

/** The object that an annotated tag names. */
export function parseTag(oid: Oid, content: Buffer): { readonly object: Oid; readonly type: string } {
  const headers = parseHeaders(content);
  return { object: oidField(headers, 'object', `tag ${oid}`), type: field(headers, 'type') ?? 'commit' };
}

function serializeSignature(signature: Signature): string {
  // Angle brackets and line breaks would end the field early: git drops them too (ident.c, strbuf_addstr_without_crud).
  const clean = (text: string) => text.replaceAll(/[<>\n\0]/g, '').trim();
  return `${clean(signature.name)} <${clean(signature.email)}> ${Math.floor(signature.at / 1000)} +0000`;
}

/** With an armored signature of what it is without one, as git has it: continuation lines begin with a space. */
export function serializeCommit(commit: Omit<Commit, 'oid'>, signature?: string): Buffer {
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${serializeSignature(commit.author)}`,
    `committer ${serializeSignature(commit.committer)}`,
    ...(signature === undefined ? [] : [`gpgsig ${signature.trim().replaceAll('\n', '\n ')}`]),
  ];
  return Buffer.from(`${lines.join('\n')}\n\n${message}`);
}

/** Every object that this one refers to. Submodules are in another repository and do not count. */
export function linksOf(oid: Oid, object: GitObject): readonly Oid[] {
  switch (object.type) {
    case 'blob':
      return [];
    case 'tree':
      return parseTree(object.content)
        .filter((entry) => entry.mode !== SUBMODULE)
        .map((entry) => entry.oid);
    case 'commit': {
      const commit = parseCommit(oid, object.content);
      return [commit.tree, ...commit.parents];
    }
    case 'tag':
      return [parseTag(oid, object.content).object];
  }
}
