import { failed, ok, type Problem, ProblemError, type Result, unwrap } from '../../base/errors.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import { dumpYaml, parseDocuments } from '../../kube/values/yaml.ts';
import { bytesOf, isComment, openValue, sealValue } from './cipher.ts';
import { type Leaf, type Leaves, leavesOf } from './leaves.ts';
import type { AgeKey, SealRule } from './metadata.ts';
import { type Edit, edited, macOf, mayBeSealed, pathText, type SealedFile } from './open.ts';
import { lostBy, notForSops, sealedAs } from './sealable.ts';

export interface SealOptions {
  readonly file: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** The key, sealed for everybody who may open the file. */
  readonly age: readonly AgeKey[];
  readonly rule: SealRule;
  readonly now: Date;
  readonly random: (size: number) => Uint8Array;
  /** The file before an edit, sealed with the same key: what has not changed keeps its seal, so that a diff shows what has. */
  readonly before?: SealedFile;
  /** Whether only what is sealed counts for the message authentication code; by default everything does. */
  readonly macOnlyEncrypted?: boolean;
}

/** The version of SOPS whose format this is. */
const FORMAT = '3.13.3';

/**
 * Seals every leaf that the rule names, in place: comments, order and layout of the text stay. Comments are not sealed. What is returned
 * has been opened again, and says what the text says.
 */
export function seal(given: string, options: SealOptions): Result<string> {
  if (mayBeSealed(given)) return failed(alreadySealed(options.file));
  const text = given.endsWith('\n') ? given : `${given}\n`;
  try {
    unwrap(parseDocuments(text, options.file));
    const content = leavesOf(text, options.file);
    const refused = notForSops(text, content, options);
    if (refused) return failed(refused);
    const sealed = sealLeaves(text, content, options);
    const lost = sealed.ok ? lostBy(sealed.value, content, options) : undefined;
    return lost ? failed(lost) : sealed;
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

function sealLeaves(text: string, content: Leaves, options: SealOptions): Result<string> {
  const { file, key, rule, random } = options;
  const [start] = content.documents;
  if (start === undefined) return failed(nothingToSeal(file));
  const known = sealsOf(options);
  const mac = macOf(options);
  const edits: Edit[] = [];
  for (const leaf of content.leaves) {
    const value = sealedAs(leaf, rule);
    if (value === null) continue;
    const isSealed = rule.isSealed(leaf.path);
    if (isSealed || !options.macOnlyEncrypted) mac.update(bytesOf(value));
    if (!isSealed || value === '') continue;
    const path = pathText(leaf.path);
    const sealed = known.get(`${path}${typeof value}:${value}`) ?? sealValue(value, key, { path, random });
    edits.push({ start: leaf.start, end: leaf.end, text: inPlace(text, leaf, sealed) });
  }
  const code = mac.digest('hex').toUpperCase();
  return ok(edited(text, [...edits, metadataEdit(text, content, metadataOf(options, code))]));
}

/** A block ends with its line break; between brackets and braces the seal stands in quotes. */
const inPlace = (text: string, { end, isFlow }: Leaf, sealed: string): string =>
  `${isFlow ? JSON.stringify(sealed) : sealed}${text[end - 1] === '\n' ? '\n' : ''}`;

function sealsOf({ before, key }: SealOptions): ReadonlyMap<string, string> {
  const seals = new Map<string, string>();
  for (const { path, value } of before?.content.leaves ?? []) {
    const opened =
      typeof value === 'string' && !isComment(value) ? openValue(value, key, pathText(path)) : undefined;
    if (opened !== undefined) seals.set(`${pathText(path)}${typeof opened}:${opened}`, String(value));
  }
  return seals;
}

/** Keys of other kinds are the same key sealed by others, and stay where it does. */
function metadataOf(options: SealOptions, code: string): JsonObject {
  const { age, rule, now, key, random, before } = options;
  const lastmodified = now.toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    ...before?.metadata.written,
    age: age.map(({ recipient, enc }) => ({ recipient, enc })),
    lastmodified,
    mac: sealValue(code, key, { path: lastmodified, random }),
    [rule.name]: rule.value,
    ...(options.macOnlyEncrypted ? { mac_only_encrypted: true } : {}),
    version: FORMAT,
  };
}

/** After the last line of a text of one document; before the first member where there are several, or where braces enclose it. */
function metadataEdit(text: string, { documents }: Leaves, sops: JsonObject): Edit {
  const [start = 0, second] = documents;
  if (text[start] === '{')
    return { start: start + 1, end: start + 1, text: `\n  "sops": ${JSON.stringify(sops)},` };
  const block = dumpYaml({ sops });
  if (second !== undefined) return { start, end: start, text: block };
  const end = /(?:^|\n)\.\.\.\s*$/.exec(text)?.index;
  return { start: end === undefined ? text.length : end + 1, end: text.length, text: block };
}

const alreadySealed = (file: string): Problem => ({
  reason: 'AlreadySealed',
  message: 'The file is sealed already',
  place: { file },
  remedy: 'Change it with pilotage secrets edit.',
});

const nothingToSeal = (file: string): Problem => ({
  reason: 'InvalidSopsFile',
  message: 'There is nothing to seal: the file is no map of YAML or JSON',
  place: { file },
});
