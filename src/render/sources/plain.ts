import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
import { kustomizationsBelow, outermostCharts, overlaysOf } from '../../model/apps.ts';
import { hasKey } from '../../model/manifesttext.ts';
import { type ReadManifests, readManifests } from '../manifests/read.ts';
import type { SourceOutput, SourceRenderer } from './source.ts';

/** A text that means to be a manifest, even one that cannot be parsed or has no apiVersion: only such a file may fail a render. */
const looksLikeManifest = (text: string): boolean => hasKey(text, 'kind');

/** A folder of manifests, rendered as they are. */
export const plain: SourceRenderer = {
  name: 'plain',
  detect: ({ files, read }) =>
    files.some((file) => /\.(ya?ml|json)$/.test(file) && looksLikeManifest(read(file))) ? {} : undefined,
  render: ({ tree, path, explain }) => renderPlain(tree, path, explain !== undefined),
};

/** Every object of the YAML and JSON files below a folder, files by path, documents in order. */
function renderPlain(tree: FileTree, path: string, explain: boolean): Result<SourceOutput> {
  const kustomizations = kustomizationsBelow(tree, path);
  const charts = outermostCharts(tree, path);
  const others = [...charts, ...kustomizations];
  const results = candidates(tree, path)
    .filter((file) => !others.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => ({ file, read: readFile(tree, file, explain) }));
  // Where overlays stand, what lies beside them is not what is meant.
  const isPlain = results.some(({ read }) => !read.ok || read.value.manifests.length > 0);
  if (kustomizations.length > 0 && (!isPlain || overlaysOf(tree, path).length > 0))
    return failed(notRaw(path, kustomizations));
  const problems = results.flatMap(({ read }) => (read.ok ? [] : [...read.problems]));
  const [first, ...rest] = problems;
  if (first) return failed(first, ...rest);
  const values = results.flatMap(({ read }) => (read.ok ? [read.value] : []));
  const skipped = results.flatMap(({ file, read }) =>
    read.ok && read.value.manifests.length === 0 && /\.ya?ml$/.test(file) ? [file] : [],
  );
  const manifests = values.flatMap((value) => value.manifests);
  const [chart, ...otherCharts] = skippedCharts(charts);
  if (chart && manifests.length === 0) return failed(chart, ...otherCharts);
  return ok({
    manifests,
    warnings: [
      ...values.flatMap((value) => value.warnings),
      ...skippedFiles(skipped),
      ...skippedCharts(charts),
      ...skippedKustomizations(kustomizations),
    ],
  });
}

function readFile(tree: FileTree, file: string, explain: boolean): Result<ReadManifests> {
  const text = readText(tree, file) ?? '';
  if (!looksLikeManifest(text)) return ok({ manifests: [], skipped: [], warnings: [] });
  return readManifests(
    { file, text, place: (line) => ({ file, line }), rendered: false },
    { lenient: true, explain },
  );
}

/** Our own file, values and dot folders (`.github`, `.gitlab-ci.yml`) are never manifests. */
const NEVER =
  /(^|\/)(\.[^/]*|node_modules\/.*|pilotage\.ya?ml|values[^/]*\.ya?ml|values\/.*)$|(^|\/)\.[^/]*\//;

function candidates(tree: FileTree, path: string): string[] {
  const prefix = path === '' ? '' : `${path}/`;
  return pathsBelow(tree, path).filter(
    (p) => /\.(ya?ml|json)$/.test(p) && !NEVER.test(p.slice(prefix.length)),
  );
}

/** What is meant of a base and its overlays, only kustomize knows: their files are no manifests to be applied as they are. */
function notRaw(path: string, folders: readonly string[]): Problem {
  const where = path === '' ? 'the root of the repository' : path;
  const meant = folders.find((folder) => folder.includes('overlays/')) ?? folders[0];
  return {
    reason: 'KustomizationsBelow',
    message: `There are kustomizations below ${where}, which is none itself, so nobody knows which of them is to be delivered`,
    place: { file: path === '' ? '.' : path },
    remedy: `Name one for each environment in pilotage.yaml: environments: [{name: …, path: ${meant}}]`,
    details: folders,
  };
}

function skippedFiles(files: readonly string[]): Problem[] {
  if (files.length === 0) return [];
  const message = `${files.length} YAML file${files.length === 1 ? ' holds' : 's hold'} no Kubernetes object and ${files.length === 1 ? 'was' : 'were'} passed over`;
  return [{ reason: 'FilesSkipped', message, details: files }];
}

function skippedKustomizations(folders: readonly string[]): Problem[] {
  return folders.map((folder) => ({
    reason: 'KustomizationSkipped',
    message: `The kustomization in ${folder} was passed over: this app is a folder of plain manifests`,
    place: { file: folder },
    remedy: `Deliver it as an app of its own: apps: [{name: …, chart: ${folder}}] in pilotage.yaml.`,
  }));
}

function skippedCharts(folders: readonly string[]): Problem[] {
  return folders.map((folder) => ({
    reason: 'ChartSkipped',
    message: `The chart in ${folder} was passed over: this app is a folder of plain manifests`,
    place: { file: `${folder}/Chart.yaml` },
    remedy: `Deliver it as an app of its own: apps: [{name: …, chart: ${folder}}] in pilotage.yaml.`,
  }));
}
