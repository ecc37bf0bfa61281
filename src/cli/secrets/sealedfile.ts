import { randomBytes } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import { type Problem, ProblemError, type Result, unwrap } from '../../base/errors.ts';
import { type CreationRule, creationRule, SOPS_FILE } from '../../render/sops/creationrules.ts';
import { dataKey, sealKey } from '../../render/sops/keys.ts';
import { isOfLines } from '../../render/sops/lines.ts';
import type { SealRule } from '../../render/sops/metadata.ts';
import { openSealed, readSealed, type SealedFile } from '../../render/sops/open.ts';
import { rotatable, sealedValues } from '../../render/sops/rotatable.ts';
import { seal } from '../../render/sops/seal.ts';
import { readIfThere, replaceFile } from './replace.ts';

/** A file on disk, opened if it is sealed. */
export interface Edited {
  readonly path: string;
  /** What the file says; undefined where there is none yet. */
  readonly found: string | undefined;
  /** What a person edits; '' where there is no file yet. */
  readonly text: string;
  readonly sealed?: { readonly file: SealedFile; readonly key: Uint8Array };
}

export async function openOnDisk(path: string, identities: readonly string[]): Promise<Edited> {
  if (isOfLines(path)) throw new ProblemError(onlyOpened(path));
  const found = await readIfThere(path);
  const file = unwrap(readSealed(found ?? '', path));
  if (!file) return { path, found, text: found ?? '' };
  const key = unwrap(await dataKey(file.metadata, path, identities));
  return { path, found, text: unwrap(openSealed(file, key)).text, sealed: { file, key } };
}

/**
 * How a text is sealed and put in place of the file; returns the number of values that were sealed. What is needed for it is found first, so
 * that nothing is missing when the text is there. A file that was sealed before keeps its key and the seals of what has not changed;
 * `rotate` gives it another key, and seals it for those whom `.sops.yaml` names now.
 */
export async function sealer(
  { path, found, sealed }: Edited,
  rotate: boolean,
): Promise<(text: string) => Promise<number>> {
  if (rotate && sealed) unwrap(rotatable(sealed.file));
  const rules = rotate || !sealed ? unwrap(await ruleFor(path)) : undefined;
  const key = sealed && !rotate ? sealed.key : randomBytes(32);
  const age = rules ? await sealKey(key, rules.recipients) : (sealed?.file.metadata.age ?? []);
  const rule = sealed?.file.metadata.rule ?? rules?.rule;
  if (!rule) throw new Error('unreachable: a file is sealed by its own rule or by one of .sops.yaml');
  const options = { file: path, key, age, rule, now: new Date(), random: randomBytes };
  const before = sealed && !rotate ? { before: sealed.file } : {};
  const macOnlyEncrypted = sealed?.file.metadata.macOnlyEncrypted ?? rules?.macOnlyEncrypted ?? false;
  return async (text) => {
    const result = unwrap(seal(text, { ...options, ...before, macOnlyEncrypted }));
    const count = sealedValues(unwrap(readSealed(result, path)));
    if (count === 0) throw new ProblemError(nothingSealed(path, rule));
    await replaceFile(path, result, found);
    return count;
  };
}

/** The rule of the nearest `.sops.yaml` above the file, as sops(1) looks for it. */
async function ruleFor(path: string): Promise<Result<CreationRule>> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const text = await readIfThere(join(folder, SOPS_FILE));
    if (text !== undefined || folder === dirname(folder))
      return creationRule(text, relative(folder, resolve(path)));
  }
}

const nothingSealed = (file: string, { name, value }: SealRule): Problem => ({
  reason: 'NothingSealed',
  message: `No value of the file would be sealed: its rule is ${name}: ${value}`,
  place: { file },
  remedy: `Give it a rule in ${SOPS_FILE} that fits, or another name. Of a file that is sealed already the rule is in its member sops.`,
});

/** They are opened while they are rendered; sops(1) writes them. */
const onlyOpened = (file: string): Problem => ({
  reason: 'NotForSops',
  message: 'Pilotage opens .env and INI files that are sealed, and seals YAML and JSON alone',
  place: { file },
  remedy: `Edit it with sops: sops ${file}`,
});
