import type { Problem } from '../base/errors.ts';
import { type FileTree, pathsBelow, readText } from '../base/filetree.ts';
import { COMPOSE_FILES } from './composefiles.ts';
import type { AppEntry, DeliveryFile, PatchEntry } from './deliveryfile.ts';
import { KUSTOMIZATION_FILES } from './kustomizationfiles.ts';
import { hasKey } from './manifesttext.ts';
import { PILOTAGE_FILE } from './pilotagefile.ts';

/** Folders that hold manifests where no file says so, the first that has some. */
const MANIFEST_FOLDERS = ['manifests', 'k8s', 'kubernetes', 'deploy'];

export interface Named {
  readonly delivery: string;
  readonly environment: string;
}

/**
 * The apps of an environment: those of its file, else what its folder holds by convention:
 * a chart at its root, else the kustomization there, else a chart in `chart/`, else every chart of `charts/`, else the only chart where there is nothing else, else manifests in a
 * folder of the list above or at its root, or `overlays/<environment>` in there, else the compose file at its root.
 * Values files by convention: `values/common.yaml` and `values/<environment>.yaml`, where they exist.
 */
export function appsOf(
  file: DeliveryFile | undefined,
  tree: FileTree,
  folder: string,
  name: Named,
): readonly AppEntry[] {
  const apps = file?.apps ?? conventional(tree, folder, name);
  return apps.map((app) => ({
    ...app,
    values: app.values.map((path) => substitute(path, name)),
    ...(app.patches ? { patches: app.patches.map((patch) => patchFor(patch, name)) } : {}),
  }));
}

const patchFor = (patch: PatchEntry, name: Named): PatchEntry =>
  'path' in patch ? { ...patch, path: substitute(patch.path, name) } : patch;

/** Files of the repository that an app's patches stand in. */
export const patchFiles = ({ patches = [] }: Pick<AppEntry, 'patches'>): readonly string[] =>
  patches.flatMap((patch) => ('path' in patch ? [patch.path] : []));

/** What makes a folder a chart. */
const CHART_PARTS = ['Chart.yaml', 'values.yaml', 'values.schema.json', 'templates', 'charts'];

/**
 * Paths that say how a program is delivered, and are no part of it: our file, the charts and manifest folders of the apps, the values files
 * of every environment. An image of a folder that holds them is made without them, so that a change of prod.yaml does not rebuild dev.
 */
export function deliveryPaths(
  file: DeliveryFile | undefined,
  tree: FileTree,
  folder: string,
  delivery: string,
): readonly string[] {
  const named = file?.environments ?? [];
  const environments = named.length > 0 ? named : [{ name: '' }];
  const apps = environments.flatMap(({ name }) =>
    appsOf(file, tree, folder, { delivery, environment: name }),
  );
  const paths = apps.flatMap((app) => {
    const files = [...app.values, ...patchFiles(app)];
    const path = app.source.type === 'folder' ? app.source.path : undefined;
    return path === undefined ? files : [...files, ...partsOf(tree, path)];
  });
  // By convention every environment has a values file of its name; which there are, no file says.
  const conventional = named.length > 0 ? [] : pathsBelow(tree, join(folder, 'values'));
  const valuesFiles = conventional.filter((path) => /\/values\/[^/]+\.yaml$/.test(`/${path}`));
  return [...new Set([PILOTAGE_FILE, ...paths, ...valuesFiles])];
}

/** What of an app's folder says how it is delivered: the parts of a chart, the compose files of a project, all of a folder of manifests. */
function partsOf(tree: FileTree, path: string): readonly string[] {
  if (isComposeProject(tree, path)) return COMPOSE_FILES.map((name) => join(path, name));
  const chart = hasFile(tree, join(path, 'Chart.yaml')) ? CHART_PARTS.map((part) => join(path, part)) : [];
  return [...chart, ...(path === '' ? [] : [path])];
}

/** Whether a first push should become a delivery: the tree says how to deliver it, or holds something that can be. */
export function isDeliverable(tree: FileTree): boolean {
  if (hasFile(tree, PILOTAGE_FILE) || isKustomization(tree, '') || chartFolders(tree, '').length > 0)
    return true;
  return hasManifests(tree, manifestFolder(tree, '')) || isComposeProject(tree, '');
}

/** Folders of apps that are not there, at the line of pilotage.yaml that names each. */
export function missingFolders(
  file: DeliveryFile | undefined,
  tree: FileTree,
  apps: readonly AppEntry[],
  environment: string,
): readonly Problem[] {
  const entry = file?.environments.find(({ name }) => name === environment);
  return apps.flatMap(({ source, place }) => {
    if (source.type !== 'folder' || source.path === '' || pathsBelow(tree, source.path).length > 0) return [];
    return [
      {
        reason: 'SourceMissing',
        message: `There is no folder ${source.path}`,
        place: file?.apps ? place : (entry?.place ?? place),
        remedy: source.path.includes('${')
          ? 'Only `values:` knows variables. Name the folder in full, as `path:` of the environment.'
          : 'Correct the path in pilotage.yaml, or add the folder.',
      },
    ];
  });
}

/** Where plain manifests are that are delivered by convention: a folder, or '' for the root. Undefined beside a chart, and where there are none. */
export function plainManifests(tree: FileTree): string | undefined {
  const folder = manifestFolder(tree, '');
  const isPlain =
    chartFolders(tree, '').length === 0 && hasManifests(tree, folder, outermostCharts(tree, folder));
  return isPlain ? folder : undefined;
}

/** `${environment}` and `${delivery}` in a path. */
export const substitute = (path: string, { delivery, environment }: Named): string =>
  path.replaceAll('${environment}', environment).replaceAll('${delivery}', delivery);

function conventional(tree: FileTree, folder: string, name: Named): readonly AppEntry[] {
  const charts = chartFolders(tree, folder);
  const folders =
    charts.length > 0 ? charts : [overlayOf(tree, manifestFolder(tree, folder), name.environment)];
  return folders.map((path) => ({
    name: charts.length > 1 ? (path.split('/').at(-1) ?? name.delivery) : name.delivery,
    source: { type: 'folder', path },
    values: ['values/common.yaml', 'values/${environment}.yaml']
      .map((file) => join(folder, file))
      .filter((file) => hasFile(tree, substitute(file, name))),
    dependsOn: [],
    place: { file: path === '' ? '.' : path },
  }));
}

/** Folders of the charts that are delivered by convention. */
export function chartFolders(tree: FileTree, folder: string): readonly string[] {
  if (hasFile(tree, join(folder, 'Chart.yaml'))) return [folder];
  // Charts below a kustomization are those that it renders itself.
  if (isKustomization(tree, folder)) return [];
  const chart = join(folder, 'chart');
  if (hasFile(tree, join(chart, 'Chart.yaml'))) return [chart];
  const below = join(folder, 'charts');
  const charts = pathsBelow(tree, below)
    .filter((path) => /^[^/]+\/Chart\.yaml$/.test(path.slice(below.length + 1)))
    .map((path) => path.slice(0, -'/Chart.yaml'.length));
  return charts.length > 0 ? charts : (loneChart(tree, folder) ?? []);
}

/** How deep the only chart of a repository is looked for: `web/Chart.yaml`, `deploy/web/Chart.yaml`. */
const LONE_CHART_DEPTH = 2;

/** The only chart below a folder, where no manifest and no compose file stands beside it. */
function loneChart(tree: FileTree, folder: string): readonly string[] | undefined {
  const [chart, ...others] = outermostCharts(tree, folder);
  if (chart === undefined || others.length > 0) return undefined;
  const depth = chart.slice(folder === '' ? 0 : folder.length + 1).split('/').length;
  const hasCompose = COMPOSE_FILES.some((name) => hasFile(tree, join(folder, name)));
  return depth > LONE_CHART_DEPTH || hasCompose || hasManifests(tree, folder, [chart]) ? undefined : [chart];
}

/** Folders below one that are charts, without the charts inside of them. */
export function outermostCharts(tree: FileTree, folder: string): readonly string[] {
  const charts = pathsBelow(tree, folder)
    .filter((path) => path.endsWith('/Chart.yaml') && !TOOLS.test(path))
    .map((path) => path.slice(0, -'/Chart.yaml'.length));
  return charts.filter((path) => !charts.some((other) => path.startsWith(`${other}/`)));
}

const isKustomization = (tree: FileTree, folder: string): boolean =>
  KUSTOMIZATION_FILES.some((name) => hasFile(tree, join(folder, name)));

/** Folders below one that are kustomizations, where it is none itself. */
export function kustomizationsBelow(tree: FileTree, folder: string): readonly string[] {
  if (isKustomization(tree, folder)) return [];
  const files = pathsBelow(tree, folder).filter((path) => /\/[Kk]ustomization(\.ya?ml)?$/.test(path));
  const folders = files.map((path) => path.slice(0, path.lastIndexOf('/')));
  return [...new Set(folders)].filter((path) => !TOOLS.test(`${path}/`) && isKustomization(tree, path));
}

const OVERLAY = /^overlays\/[^/]+$/;

/** The overlays of a folder of kustomizations: `overlays/<environment>` → its path. */
export const overlaysOf = (tree: FileTree, folder: string): readonly string[] =>
  kustomizationsBelow(tree, folder).filter((path) =>
    OVERLAY.test(path.slice(folder === '' ? 0 : folder.length + 1)),
  );

function overlayOf(tree: FileTree, folder: string, environment: string): string {
  const overlay = join(folder, `overlays/${environment}`);
  return overlaysOf(tree, folder).includes(overlay) ? overlay : folder;
}

/** Folders of tools and of other people's packages. */
const TOOLS = /(^|\/)(\.[^/]*|node_modules)\//;

const manifestFolder = (tree: FileTree, folder: string): string =>
  isKustomization(tree, folder)
    ? folder
    : (MANIFEST_FOLDERS.map((name) => join(folder, name)).find((path) => hasManifests(tree, path)) ?? folder);

/** `except`: folders whose files do not count. */
const hasManifests = (tree: FileTree, folder: string, except: readonly string[] = []): boolean =>
  pathsBelow(tree, folder).some(
    (path) =>
      path !== PILOTAGE_FILE &&
      MANIFEST_FILE.test(path) &&
      !except.some((one) => path.startsWith(`${one}/`)) &&
      isManifest(tree, path),
  );

const NOT_COMPOSE = ['Chart.yaml', ...KUSTOMIZATION_FILES];

/** Whether a folder is a compose project: it has a compose file, and nothing that was written for a cluster. */
export const isComposeProject = (tree: FileTree, folder: string): boolean =>
  COMPOSE_FILES.some((name) => hasFile(tree, join(folder, name))) &&
  !NOT_COMPOSE.some((name) => hasFile(tree, join(folder, name))) &&
  !hasManifests(tree, folder);

const hasFile = (tree: FileTree, path: string): boolean => tree.read(path) !== undefined;

/** A dot folder (`.github`) holds settings of tools, not manifests. */
const MANIFEST_FILE = /^(?!\.)(?!.*\/\.).*\.(ya?ml|json)$/;

/** A package.json or a compose file is YAML too; a manifest says what it is. */
function isManifest(tree: FileTree, path: string): boolean {
  const text = readText(tree, path) ?? '';
  return hasKey(text, 'apiVersion') && hasKey(text, 'kind');
}

const join = (folder: string, path: string): string => (folder === '' ? path : `${folder}/${path}`);
