import { createHash, type Hash } from 'node:crypto';
import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import { parseDocuments } from '../../kube/values/yaml.ts';
import { placesOf } from '../../kube/values/yaml-places.ts';
import { bytesOf, isComment, isSealed, openValue, type Plain } from './cipher.ts';
import { type Leaf, type Leaves, leavesOf, type Member } from './leaves.ts';
import type { SealedLines } from './lines.ts';
import { readMetadata, type SopsMetadata } from './metadata.ts';

/** A file of SOPS that has been read, but not opened. */
export interface SealedFile {
  readonly file: string;
  readonly text: string;
  readonly content: Leaves;
  readonly metadata: SopsMetadata;
}

/** What was sealed, readable. */
export interface Opened {
  /** The text with every value in place of its seal, each on the line where it was; the member `sops` is gone. */
  readonly text: string;
  /** The values that were sealed, as text. */
  readonly secrets: readonly string[];
}

/** What `mac_only_encrypted` begins with, so that its code is never that of the whole file (sops.go). */
const ONLY_ENCRYPTED = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');

/** Whether a text holds a value that is still sealed. */
export const isSealedText = (text: string): boolean => text.includes('ENC[AES256_GCM,');

/** Cheap, and true of every file of SOPS in YAML or JSON. */
export const mayBeSealed = (text: string): boolean =>
  isSealedText(text) && /(?:^|[\s{,])"?sops"?\s*:/.test(text);

/** Reads a file of SOPS; undefined where it is none. */
export function readSealed(text: string, file: string): Result<SealedFile | undefined> {
  if (!mayBeSealed(text)) return ok(undefined);
  const documents = parseDocuments(text, file);
  if (!documents.ok) return documents;
  const [first] = documents.value;
  if (!first || !isObject(first.value) || !Object.hasOwn(first.value, 'sops')) return ok(undefined);
  try {
    const content = leavesOf(text, file);
    const start = content.metadata[0]?.start ?? 0;
    const metadata = readMetadata(first.value.sops, placesOf(text, file)(start));
    return metadata.ok ? ok({ file, text, content, metadata: metadata.value }) : metadata;
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** Opens every value, and checks that nothing was changed, moved or taken away since the file was sealed. */
export function openSealed({ text, content, metadata, file }: SealedFile, key: Uint8Array): Result<Opened> {
  const removals = content.metadata.map((span) => removal(text, span));
  return openLeaves({ text, leaves: content.leaves, metadata, file, removals, write: written }, key);
}

/** As openSealed, a file of lines. */
export function openLines(
  { leaves, metadata, own, write }: SealedLines,
  { text, file }: { readonly text: string; readonly file: string },
  key: Uint8Array,
): Result<Opened> {
  const removals = own.map((span) => ({ ...span, text: '' }));
  const plain = (value: Plain | null): string => write(String(value ?? ''));
  return openLeaves({ text, leaves, metadata, file, removals, write: plain }, key);
}

interface Opening {
  readonly text: string;
  readonly file: string;
  readonly leaves: readonly Leaf[];
  readonly metadata: SopsMetadata;
  /** Of what SOPS wrote itself. */
  readonly removals: readonly Edit[];
  readonly write: (value: Plain | null) => string;
}

function openLeaves(
  { text, file, leaves, metadata, removals, write }: Opening,
  key: Uint8Array,
): Result<Opened> {
  const mac = macOf(metadata);
  const place = placesOf(text, file);
  const edits: Edit[] = [];
  const secrets: string[] = [];
  for (const leaf of leaves) {
    const opened = openLeaf(leaf, metadata, key);
    if (opened === undefined) return failed(notOpened(leaf, place(leaf.start)));
    if (opened.isComment) {
      const edit = commentEdit(text, leaf);
      if (!edit) return failed(notOpened(leaf, place(leaf.start)));
      edits.push(edit);
      continue;
    }
    if (opened.sealed) edits.push({ ...leaf, text: write(opened.value) });
    if (opened.sealed && opened.value !== '') secrets.push(String(opened.value));
    if (opened.sealed || !metadata.macOnlyEncrypted)
      mac.update(opened.value === null ? '' : bytesOf(opened.value));
  }
  const expected = openValue(metadata.mac, key, metadata.lastModified);
  if (expected !== mac.digest('hex').toUpperCase()) return failed(wrongMac(file));
  return ok({ text: edited(text, [...edits, ...removals]), secrets });
}

export const macOf = ({ macOnlyEncrypted }: { readonly macOnlyEncrypted?: boolean }): Hash => {
  const hash = createHash('sha512');
  return macOnlyEncrypted ? hash.update(ONLY_ENCRYPTED) : hash;
};

interface OpenedLeaf {
  readonly value: Plain | null;
  readonly sealed: boolean;
  readonly isComment?: boolean;
}

/** undefined: it was sealed with another key or for another place, or it is not sealed where it should be. */
function openLeaf(leaf: Leaf, metadata: SopsMetadata, key: Uint8Array): OpenedLeaf | undefined {
  const { value, path } = leaf;
  if (value === null || !metadata.rule.isSealed(path)) return { value, sealed: false };
  if (value === '') return { value, sealed: true };
  if (typeof value !== 'string' || !isSealed(value)) return undefined;
  const opened = openValue(value, key, pathText(path));
  return opened === undefined ? undefined : { value: opened, sealed: true, isComment: isComment(value) };
}

/** What binds a sealed value to its place. */
export const pathText = (path: readonly string[]): string => path.map((key) => `${key}:`).join('');

/** A comment that is an item of a list becomes a comment again, which stays sealed: SOPS reads it there as well. */
function commentEdit(text: string, { start, end, value }: Leaf): Edit | undefined {
  const head = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const dash = /-[ \t]+$/.exec(head);
  return dash ? { start: start - dash[0].length, end, text: `#${value}` } : undefined;
}

/** JSON, which is YAML too, on one line. */
function written(value: Plain | null): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** A span of a text, and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Takes a member out. In a flow map a comma goes with it. In a block its lines become comments, so that no other line moves and no text
 * before it gains line breaks; the lines are gone where nothing follows.
 */
function removal(text: string, member: Member): Edit {
  if (member.isFlow) return flowRemoval(text, member);
  const start = text.lastIndexOf('\n', member.start - 1) + 1;
  const { end } = member;
  if (/^\s*$/.test(text.slice(end))) return { start, end: text.length, text: '' };
  const lines = text.slice(start, end).replace(/[^\n]+/g, '#');
  return { start, end, text: lines };
}

function flowRemoval(text: string, { start, end }: Member): Edit {
  const head = text.slice(0, start).trimEnd();
  const after = /^\s*,/.exec(text.slice(end));
  const from = head.endsWith(',') ? head.length - 1 : start;
  const to = from === start && after ? end + after[0].length : end;
  return { start: from, end: to, text: text.slice(from, to).replace(/[^\n]/g, '') };
}

export function edited(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

const notOpened = ({ path, value }: Leaf, place: Problem['place'] & object): Problem => ({
  reason: 'SopsValueNotOpened',
  message:
    typeof value === 'string' && isSealed(value)
      ? `${path.join('.')} was changed, or moved from another place, after it was sealed`
      : `${path.join('.')} is not sealed, and the rules of this file say that it is`,
  place,
  remedy: 'Take the file back from git, and change it with pilotage secrets edit or sops.',
});

const wrongMac = (file: string): Problem => ({
  reason: 'SopsMacMismatch',
  message: 'The file was changed by hand after it was sealed: its message authentication code is another',
  place: { file },
  remedy: 'Take the file back from git, and change it with pilotage secrets edit or sops.',
});
