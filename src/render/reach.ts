import { type FileTree, pathsBelow } from '../base/filetree.ts';
import { kustomizationFolders } from './kustomize/reach.ts';

/** A tree does not change: what a folder leads to is looked for once, however often it is asked for. */
const known = new WeakMap<FileTree, Map<string, readonly string[]>>();

/**
 * The folders that a render of `path` reads: its own, and those that it leads to. Whoever hands a render its files, or asks whether they
 * have changed, asks here.
 */
export function foldersRead(tree: FileTree, path: string): readonly string[] {
  const ofTree = known.get(tree) ?? new Map<string, readonly string[]>();
  known.set(tree, ofTree);
  const folders = ofTree.get(path) ?? [...new Set([path, ...kustomizationFolders(tree, path)])];
  ofTree.set(path, folders);
  return folders;
}

/** The files in them. What leads to a packed chart leads to a file. */
export const filesRead = (tree: FileTree, path: string): readonly string[] =>
  foldersRead(tree, path).flatMap((one) => (tree.read(one) === undefined ? pathsBelow(tree, one) : [one]));
