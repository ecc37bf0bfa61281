import type { FileTree } from '../../base/filetree.ts';
import { isHandlebarsFile } from '../../charts/chart.ts';
import type { Existing, ExistingChart, Overlay } from '../../charts/starter.ts';
import {
  chartFolders,
  isComposeProject,
  outermostCharts,
  overlaysOf,
  plainManifests,
} from '../../model/apps.ts';

/** What a repository can be delivered by as it is; undefined: nothing, and a chart is to be written. */
export function existingIn(tree: FileTree): Existing | undefined {
  if (isComposeProject(tree, '')) return { type: 'compose', values: valuesIn(tree, 'values') };
  const conventional = chartFolders(tree, '');
  if (conventional.length > 0) return chartsIn(tree, conventional);
  const manifests = plainManifests(tree);
  const overlays = overlaysIn(tree, manifests ?? '');
  if (overlays.length > 0) return { type: 'overlays', overlays };
  if (manifests !== undefined) return { type: 'manifests', path: manifests };
  const others = outermostCharts(tree, '');
  return others.length > 0 ? chartsIn(tree, others) : undefined;
}

function chartsIn(tree: FileTree, paths: readonly string[]): Existing {
  const charts = paths.map((path): ExistingChart => {
    const prefix = path === '' ? '' : `${path}/`;
    const isShared = paths.length === 1 && tree.paths.some((file) => /^values\/[^/]+\.yaml$/.test(file));
    const isHelm = !tree.paths.some(
      (file) => file.startsWith(`${prefix}templates/`) && isHandlebarsFile(file),
    );
    return { path, isHelm, values: valuesIn(tree, isShared ? 'values' : `${prefix}values`) };
  });
  return { type: 'charts', charts };
}

const valuesIn = (tree: FileTree, folder: string): readonly string[] => [
  ...(tree.read(`${folder}/common.yaml`) === undefined ? [] : [`${folder}/common.yaml`]),
  `${folder}/\${environment}.yaml`,
];

/** Usual names of environments, in the order of promotion. */
const ORDER = [
  'dev',
  'development',
  'test',
  'testing',
  'qa',
  'stage',
  'staging',
  'preprod',
  'prod',
  'production',
];

/** Overlays whose names an environment can have: usual names in their order, then the others in that of the alphabet. */
function overlaysIn(tree: FileTree, folder: string): readonly Overlay[] {
  const rank = ({ name }: Overlay): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return overlaysOf(tree, folder)
    .map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), path }))
    .filter(({ name }) => /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
