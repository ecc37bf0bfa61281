import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
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
  render: ({ tree, path }) => renderPlain(tree, path),
};

/** Every object of the YAML and JSON files below a folder, files by path, documents in order. */
function renderPlain(tree: FileTree, path: string): Result<SourceOutput> {
  const charts = chartFolders(tree, path);
  const results = candidates(tree, path)
    .filter((file) => !charts.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => ({ file, read: readFile(tree, file) }));
  const problems = results.flatMap(({ read }) => (read.ok ? [] : [...read.problems]));
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  const values = results.flatMap(({ read }) => (read.ok ? [read.value] : []));
  const skipped = results.flatMap(({ file, read }) =>
    read.ok && read.value.manifests.length === 0 && /\.ya?ml$/.test(file) ? [file] : [],
  );
  return ok({
    manifests: values.flatMap((value) => value.manifests),
    warnings: [
      ...values.flatMap((value) => value.warnings),
      ...skippedFiles(skipped),
      ...skippedCharts(charts),
    ],
  });
}

function readFile(tree: FileTree, file: string): Result<ReadManifests> {
  const text = readText(tree, file) ?? '';
  if (!looksLikeManifest(text)) return ok({ manifests: [], skipped: [], warnings: [] });
  return readManifests({ file, text, place: (line) => ({ file, line }), rendered: false }, { lenient: true });
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

function chartFolders(tree: FileTree, path: string): string[] {
  const prefix = path === '' ? '' : `${path}/`;
  return pathsBelow(tree, path)
    .filter((p) => p.slice(prefix.length).endsWith('/Chart.yaml'))
    .map((p) => p.slice(0, -'/Chart.yaml'.length));
}

function skippedFiles(files: readonly string[]): Problem[] {
  if (files.length === 0) return [];
  const message = `${files.length} YAML file${files.length === 1 ? ' holds' : 's hold'} no Kubernetes object and ${files.length === 1 ? 'was' : 'were'} passed over`;
  return [{ reason: 'FilesSkipped', message, details: files }];
}

function skippedCharts(folders: readonly string[]): Problem[] {
  return folders.map((folder) => ({
    reason: 'ChartSkipped',
    message: `The chart in ${folder} was passed over: this app is a folder of plain manifests`,
    place: { file: `${folder}/Chart.yaml` },
    remedy: `Deliver it as an app of its own: apps: [{name: …, chart: ${folder}}] in pilotage.yaml.`,
  }));
}
