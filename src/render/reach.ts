import type { FileTree } from '../base/filetree.ts';
import { kustomizationFolders } from './kustomize/reach.ts';

/**
 * The folders that a render of `path` reads: its own, and those that it leads to. Whoever hands a render its files, or asks whether they
 * have changed, asks here.
 */
export function foldersRead(tree: FileTree, path: string): readonly string[] {
  return [...new Set([path, ...kustomizationFolders(tree, path)])];
}
