import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { errnoOf, type Result, unwrap } from '../../base/errors.ts';
import { type CreationRule, creationRule, SOPS_FILE } from '../../render/sops/creationrules.ts';
import { dataKey, sealKey } from '../../render/sops/keys.ts';
import { openSealed, readSealed, type SealedFile } from '../../render/sops/open.ts';
import { seal } from '../../render/sops/seal.ts';

/** A file on disk, opened if it is sealed. */
export interface Edited {
  readonly path: string;
  /** What a person edits; '' where there is no file yet. */
  readonly text: string;
  readonly sealed?: { readonly file: SealedFile; readonly key: Uint8Array };
}

export async function openOnDisk(path: string, identities: readonly string[]): Promise<Edited> {
  const text = (await readIfThere(path)) ?? '';
  const file = unwrap(readSealed(text, path));
  if (!file) return { path, text };
  const key = unwrap(await dataKey(file.metadata, path, identities));
  return { path, text: unwrap(openSealed(file, key)).text.trimEnd().concat('\n'), sealed: { file, key } };
}

/**
 * Seals a text and puts it in place of the file. A file that was sealed before keeps its key and the seals of what has not changed; `rotate`
 * gives it another key, and seals it for those whom `.sops.yaml` names now.
 */
export async function sealOnDisk({ path, sealed }: Edited, text: string, rotate: boolean): Promise<void> {
  const rules = rotate || !sealed ? unwrap(await ruleFor(path)) : undefined;
  const key = sealed && !rotate ? sealed.key : randomBytes(32);
  const age = rules ? await sealKey(key, rules.recipients) : (sealed?.file.metadata.age ?? []);
  const rule = sealed?.file.metadata.rule ?? rules?.rule;
  if (!rule) throw new Error('unreachable: a file is sealed by its own rule or by one of .sops.yaml');
  const options = { file: path, key, age, rule, now: new Date(), random: randomBytes };
  const before = sealed && !rotate ? { before: sealed.file } : {};
  await replace(path, unwrap(seal(text, { ...options, ...before })));
}

/** The rule of the nearest `.sops.yaml` above the file, as sops(1) looks for it. */
async function ruleFor(path: string): Promise<Result<CreationRule>> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const text = await readIfThere(join(folder, SOPS_FILE));
    if (text !== undefined || folder === dirname(folder))
      return creationRule(text, relative(folder, resolve(path)));
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all. */
async function replace(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`;
  await writeFile(beside, text);
  await rename(beside, path);
}
