import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { failed, ok, type Result } from './errors.ts';
import { type FileTree, pathsBelow } from './filetree.ts';
import { TAR_END, tarEntry } from './tar.ts';
import { readTar, TarError } from './tarreader.ts';

/** Bounds of a tree that travels: files, bytes of all of them, and bytes of the text that it travels as. */
export const PACKED_BOUNDS = { files: 20_000, bytes: 32 * 2 ** 20, text: 12 * 2 ** 20 } as const;

/** A tree as text: base64 of a gzipped tar archive. A problem where it has more than may travel. */
export async function packTreeText(tree: FileTree): Promise<Result<string>> {
  const files = tree.paths.map((path) => [path, Buffer.from(tree.read(path) ?? [])] as const);
  const size = files.reduce((sum, [, { length }]) => sum + length, 0);
  if (files.length > PACKED_BOUNDS.files || size > PACKED_BOUNDS.bytes) return failed(tooLarge(files));
  const entries = files.flatMap(([path, bytes]) => tarEntry({ type: 'file', path, mode: 0o644, bytes }));
  const zipped = await promisify(gzip)(Buffer.concat([...entries, TAR_END]));
  const text = zipped.toString('base64');
  return text.length > PACKED_BOUNDS.text ? failed(tooLarge(files)) : ok(text);
}

function tooLarge(files: readonly (readonly [string, Buffer])[]) {
  const largest = [...files].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  return {
    reason: 'TreeTooLarge',
    message: `it has more than ${PACKED_BOUNDS.files} files or ${PACKED_BOUNDS.bytes / 2 ** 20} MiB, or is too large when packed`,
    remedy: 'Have git ignore what is not delivered; the largest files are named above.',
    details: largest.map(([path, { length }]) => `${path}: ${Math.ceil(length / 1024)} KiB`),
  };
}

/** The tree that such a text holds, whoever wrote it. */
export async function unpackTreeText(text: string): Promise<Result<FileTree>> {
  const refused = (message: string) => failed({ reason: 'BadTree', message: `the packed tree ${message}` });
  if (text.length > PACKED_BOUNDS.text) return refused('is too large');
  try {
    // Headers of an archive are no content, and each file has one or two.
    const most = PACKED_BOUNDS.bytes + PACKED_BOUNDS.files * 2048;
    const archive = await promisify(gunzip)(Buffer.from(text, 'base64'), { maxOutputLength: most });
    const files = new Map<string, Uint8Array>();
    for (const { type, path, bytes } of readTar(archive)) {
      if (type !== 'file' || !isPlain(path))
        return refused(`holds ${JSON.stringify(path.slice(0, 200))}, which is no plain file`);
      if (files.size === PACKED_BOUNDS.files) return refused('has too many files');
      files.set(path, bytes);
    }
    const nested = [...files.keys()].find((path) => foldersOf(path).some((folder) => files.has(folder)));
    return nested === undefined ? ok(treeOf(files)) : refused(`has ${nested} below a file`);
  } catch (error) {
    if (error instanceof TarError) return refused(`cannot be read: ${error.message}`);
    return refused('is no base64 of a gzipped archive, or too large');
  }
}

/** Relative, normalised, and nothing that could name what is outside. */
const isPlain = (path: string): boolean =>
  path.length <= 4096 &&
  !/[\0\\]/.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part !== '.git');

const foldersOf = (path: string): readonly string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));

function treeOf(files: ReadonlyMap<string, Uint8Array>): FileTree {
  const paths = [...files.keys()].sort();
  const digests = new Map<string, string | undefined>();
  const tree: FileTree = {
    paths,
    read: (path) => files.get(path),
    digest(path) {
      if (!digests.has(path)) digests.set(path, digestOf(path));
      return digests.get(path);
    },
  };
  function digestOf(path: string): string | undefined {
    const below = files.has(path) ? [path] : pathsBelow(tree, path);
    if (below.length === 0) return undefined;
    const hash = createHash('sha256');
    for (const file of below)
      hash
        .update(`${file.slice(path.length)}\0`)
        .update(files.get(file) ?? '')
        .update('\0');
    return hash.digest('hex');
  }
  return tree;
}
