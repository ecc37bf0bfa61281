import type { FileTree } from '../../../src/base/filetree.ts';
import { systemChance } from '../../../src/render/chance.ts';
import { createLookups } from '../../../src/render/gotemplate/lookups.ts';
import { createMade } from '../../../src/render/gotemplate/made.ts';
import { build } from '../../../src/render/kustomize/build.ts';
import type { Written } from '../../../src/render/manifests/read.ts';
import { inflateFor } from '../../../src/render/sources/inflate.ts';

/** A kustomization by itself: its charts see the cluster that Helm assumes, and the namespace `default`. */
export function buildAlone(tree: FileTree, folder: string): Written[] {
  const context = {
    tree,
    path: folder,
    namespace: 'default',
    made: createMade({}, systemChance),
    lookedUp: createLookups({}),
    chance: systemChance,
    blot: (text: string) => text,
    capabilities: { apiVersions: [] },
  };
  return build(
    tree,
    folder,
    inflateFor(context, () => {}),
  );
}
