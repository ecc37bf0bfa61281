import { failed, ok, type Problem, type Result } from '../base/errors.ts';
import { type FileTree, pathsBelow } from '../base/filetree.ts';
import { tooLargeToApply } from './manifests/bounds.ts';
import { findDuplicates } from './manifests/duplicates.ts';
import { nameImages } from './manifests/imagenames.ts';
import { assignNamespace } from './manifests/namespace.ts';
import type { Written } from './manifests/read.ts';
import { upgrade } from './manifests/upgrade.ts';
import { renderChart } from './sources/chart.ts';
import { detect } from './sources/detect.ts';
import { renderPlain } from './sources/plain.ts';
import type { Rendered, RenderRequest } from './types.ts';

interface Source {
  readonly manifests: readonly Written[];
  readonly warnings?: readonly Problem[];
  readonly notes?: string;
}

/**
 * The objects of one app: pure, so equal requests give equal results.
 * Runs in the caller's process: for the command line and tests. The daemon renders what it does not trust in a pool (`pool.ts`).
 */
export function renderInline(request: RenderRequest): Result<Rendered> {
  const source = readSource(request);
  if (!source.ok) return source;
  const upgraded = source.value.manifests.map(upgrade);
  const placed = upgraded.map(({ written }) =>
    assignNamespace(nameImages(written, request.images), request.namespace, request.allowNamespaces ?? false),
  );
  const written = placed.filter((p): p is Written => 'object' in p);
  const problems = [...placed.filter((p): p is Problem => 'reason' in p), ...findDuplicates(written)];
  const [first, ...others] = problems;
  if (first) return failed(first, ...others);
  const { notes, warnings = [] } = source.value;
  const rendered: Rendered = {
    manifests: written.map((w) => ({ ...w, app: request.app })),
    ...(notes === undefined ? {} : { notes }),
    warnings: [...warnings, ...upgraded.flatMap(({ warning }) => (warning ? [warning] : []))],
  };
  const [large, ...larger] = tooLargeToApply(rendered);
  return large ? failed(large, ...larger) : ok(rendered);
}

function readSource(request: RenderRequest): Result<Source> {
  const { tree, path } = request;
  const source = detect(tree, path);
  switch (source.kind) {
    case 'chart':
      return renderChart(request);
    case 'plain':
      return renderPlain(tree, path);
    case 'helm':
      return failed(helmProblem(source.file, source.line, path));
    case 'kustomize':
      return failed(kustomizeProblem(source.file, path));
    case 'empty':
      return failed(emptyProblem(tree, path));
  }
}

const helmProblem = (file: string, line: number, path: string): Problem => ({
  reason: 'HelmChart',
  message: `${path === '' ? 'This repository' : path} is a Helm chart: its templates are Go templates, which are not rendered yet`,
  place: { file, line },
  remedy: `Render it into a folder of plain manifests (helm template NAME ${path === '' ? '.' : path} > manifests/NAME.yaml) and name that in pilotage.yaml (apps: - {name: NAME, path: manifests}), or rewrite the templates as Handlebars (templates/*.hbs).`,
});

const kustomizeProblem = (file: string, path: string): Problem => ({
  reason: 'Kustomization',
  message: 'This folder is a kustomization, which is not rendered yet',
  place: { file },
  remedy: `Build it into a folder of plain manifests (kubectl kustomize ${path === '' ? '.' : path} > manifests/all.yaml) and deliver that.`,
});

function emptyProblem(tree: FileTree, path: string): Problem {
  const where = path === '' ? 'the root of the repository' : path;
  const exists = path === '' || pathsBelow(tree, path).length > 0;
  return {
    reason: exists ? 'NothingToRender' : 'SourceMissing',
    message: exists ? `There is neither a chart nor a manifest in ${where}` : `There is no folder ${where}`,
    place: { file: path === '' ? '.' : path },
    remedy: exists
      ? 'Add a Chart.yaml with templates, or YAML files with apiVersion and kind.'
      : 'Correct the path in pilotage.yaml, or add the folder.',
  };
}
