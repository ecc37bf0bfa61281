import { ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { dataKey, type Identities } from './keys.ts';
import { isOfLines, readSealedLines } from './lines.ts';
import { type Opened, openLines, openSealed, readSealed } from './open.ts';
import type { DataKeys } from './pgp.ts';

/** A tree whose sealed files can be read, and the values that were sealed. */
export interface OpenedTree {
  readonly tree: FileTree;
  readonly secrets: readonly string[];
  /** What stayed sealed, by path, and why: it may be for another environment. Whatever takes part in a render must not be among it. */
  readonly unopened: ReadonlyMap<string, readonly [Problem, ...Problem[]]>;
}

/** Opens every YAML, JSON, `.env` and INI file of SOPS in a tree; the others stay as they are. Nothing opened is written anywhere. */
export async function openTree(
  tree: FileTree,
  identities: Identities,
  dataKeys: DataKeys = {},
): Promise<OpenedTree> {
  const opened = new Map<string, Opened>();
  const unopened = new Map<string, readonly [Problem, ...Problem[]]>();
  for (const path of tree.paths.filter((each) => /\.(?:ya?ml|json|env|ini)$/.test(each))) {
    const result = await openFile(readText(tree, path) ?? '', path, identities, dataKeys);
    if (!result.ok) unopened.set(path, result.problems);
    else if (result.value) opened.set(path, result.value);
  }
  if (opened.size === 0) return { tree, secrets: [], unopened };
  const texts = new Map([...opened].map(([path, { text }]) => [path, Buffer.from(text)]));
  const secrets = new Set([...opened.values()].flatMap((file) => file.secrets));
  return {
    tree: { ...tree, read: (path) => texts.get(path) ?? tree.read(path) },
    secrets: [...secrets],
    unopened,
  };
}

/** undefined: it is no file of SOPS. */
export async function openFile(
  text: string,
  file: string,
  identities: Identities,
  dataKeys: DataKeys = {},
): Promise<Result<Opened | undefined>> {
  if (isOfLines(file)) return await openFileOfLines(text, file, identities, dataKeys);
  const sealed = readSealed(text, file);
  if (!sealed.ok) return sealed;
  if (!sealed.value) return ok(undefined);
  const key = await dataKey(sealed.value.metadata, file, identities, dataKeys);
  return key.ok ? openSealed(sealed.value, key.value) : key;
}

async function openFileOfLines(
  text: string,
  file: string,
  identities: Identities,
  dataKeys: DataKeys = {},
): Promise<Result<Opened | undefined>> {
  const sealed = readSealedLines(text, file);
  if (!sealed.ok) return sealed;
  if (!sealed.value) return ok(undefined);
  const key = await dataKey(sealed.value.metadata, file, identities, dataKeys);
  return key.ok ? openLines(sealed.value, { text, file }, key.value) : key;
}
