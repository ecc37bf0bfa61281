import { createHash } from 'node:crypto';
import { type FileTree, readText } from '../base/filetree.ts';
import { keptWith } from '../base/weakmemo.ts';
import { canonicalJson } from '../kube/values/equal.ts';
import { patchFiles } from '../model/apps.ts';
import { filesRead, foldersRead } from './reach.ts';
import type { RenderRequest } from './types.ts';

/** Raise it when the same request renders differently than before. */
const ENGINE = 3;

/**
 * Content address of a render: equal keys mean equal results. It holds digests, so hardly anything is read.
 * The commit is part of it only where a template can see it: otherwise every push would render every app again.
 */
export function renderKey(request: RenderRequest): string {
  const { tree, path, valuesFiles, revision, ...rest } = request;
  const input = {
    ...rest,
    engine: ENGINE,
    path,
    source: foldersRead(tree, path).map((folder) => [folder, tree.digest(folder) ?? null]),
    values: valuesFiles.map((file) => [file, tree.digest(file) ?? null]),
    patches: patchFiles(request).map((file) => tree.digest(file) ?? null),
    revision: seesRevision(request) ? revision : null,
  };
  return createHash('sha256').update(canonicalJson(input)).digest('hex');
}

/** Whether anything that takes part in the render speaks of `Pilotage`. Where nothing does, templates are not given the revision. */
export function seesRevision({
  tree,
  path,
  valuesFiles,
  overrides,
}: Pick<RenderRequest, 'tree' | 'path' | 'valuesFiles' | 'overrides'>): boolean {
  return (
    folderSpeaks(tree, path) ||
    valuesFiles.some((file) => fileSpeaks(tree, file)) ||
    speaks(JSON.stringify(overrides ?? {}))
  );
}

const speaks = (text: string): boolean => text.includes('Pilotage');
const fileSpeaks = keptWith((tree: FileTree, file): boolean => speaks(readText(tree, file) ?? ''));
const folderSpeaks = keptWith((tree: FileTree, path): boolean =>
  filesRead(tree, path).some((p) => /\.(hbs|ya?ml|tpl|txt)$/.test(p) && fileSpeaks(tree, p)),
);
