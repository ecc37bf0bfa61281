import { lowerBound } from './sorted.ts';

/**
 * An immutable set of files: all that a renderer ever sees of a repository.
 * Paths are relative, `/`-separated, normalised (no `.`, `..`, empty segment, leading `/`), so nothing outside can be named.
 * Symbolic links and submodules are not part of a tree.
 */
export interface FileTree {
  /** Every path, sorted by code unit. */
  readonly paths: readonly string[];
  /** Content of one file, or undefined where there is none. Never mutate the bytes. */
  read(path: string): Uint8Array | undefined;
  /**
   * Content address of a file or folder ('' is the root): equal digests mean equal content. undefined where nothing is.
   * From git this is the object id, so it costs nothing.
   */
  digest(path: string): string | undefined;
}

/** The paths below a folder ('': all of them), without visiting the others. */
export function pathsBelow({ paths }: FileTree, folder: string): readonly string[] {
  if (folder === '') return paths;
  // `0` is the code unit after `/`.
  return paths.slice(lowerBound(paths, `${folder}/`), lowerBound(paths, `${folder}0`));
}

/** UTF-8 text of a file, or undefined where there is none. */
export function readText(tree: FileTree, path: string): string | undefined {
  const bytes = tree.read(path);
  return bytes === undefined
    ? undefined
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
