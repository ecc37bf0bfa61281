import { createHash } from 'node:crypto';
import { readText } from '../base/filetree.ts';
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
  const files = [...valuesFiles, ...filesRead(tree, path).filter((p) => /\.(hbs|ya?ml|tpl|txt)$/.test(p))];
  const speaks = (text: string): boolean => text.includes('Pilotage');
  return files.some((file) => speaks(readText(tree, file) ?? '')) || speaks(JSON.stringify(overrides ?? {}));
}
