import { failed, type Problem, type Result } from '../../base/errors.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import { isComposeProject } from '../../model/apps.ts';
import type { ChartEngine } from '../engine.ts';
import { chart } from './chart.ts';
import { composefile } from './composefile.ts';
import { helm } from './helm.ts';
import { jsonnet } from './jsonnet.ts';
import { kustomize } from './kustomize.ts';
import { plain } from './plain.ts';
import {
  type Folder,
  folderOf,
  type SeenValues,
  type SourceOutput,
  type SourceRenderer,
  type SourceRequest,
  type TemplatesOutcome,
  type TemplatesRequest,
  type ValuesRequest,
} from './source.ts';

/** Every kind of source; the first that recognises a folder renders it. A new one is a file beside this one and a line here. */
const SOURCES: readonly SourceRenderer[] = [helm, chart, kustomize, composefile, jsonnet, plain];

/** The objects of the folder that a request names, whatever kind of source it is. */
export function renderSource(request: SourceRequest, engine: ChartEngine): Result<SourceOutput> {
  const folder = folderOf(request.tree, request.path);
  for (const source of SOURCES) {
    const detected = source.detect(folder);
    if (detected) return source.render(request, engine, detected.place);
  }
  return failed(nothingToRender(folder));
}

/** The values that the templates of a folder see. */
export function valuesOfSource(request: ValuesRequest): Result<SeenValues> {
  const folder = folderOf(request.tree, request.path);
  const source = SOURCES.find((one) => one.detect(folder));
  if (!source) return failed(nothingToRender(folder));
  return source.values ? source.values(request) : failed(withoutValues(folder));
}

/** What single templates of a folder write. */
export function templatesOfSource(request: TemplatesRequest, engine: ChartEngine): TemplatesOutcome {
  const folder = folderOf(request.tree, request.path);
  const source = SOURCES.find((one) => one.detect(folder));
  if (source?.templates) return source.templates(request, engine);
  const problem = source ? withoutValues(folder) : nothingToRender(folder);
  return { ok: false, problem, said: problem.message };
}

/** Which values the templates of a folder read; undefined where it is no chart. */
export function readsOfSource(request: ValuesRequest, engine: ChartEngine): Result<ValueReads> | undefined {
  const folder = folderOf(request.tree, request.path);
  return SOURCES.find((one) => one.detect(folder))?.reads?.(request, engine);
}

const withoutValues = ({ tree, path }: Folder): Problem => ({
  reason: 'NoValues',
  ...(isComposeProject(tree, path)
    ? {
        remedy:
          'The values of a compose project are the variables of its compose file: see what they make with `pilotage render`.',
      }
    : {}),
  message: `${path === '' ? 'The root of the repository' : path} is no chart: nothing in it has values`,
  place: { file: path === '' ? '.' : path },
});

function nothingToRender({ path, files }: Folder): Problem {
  const where = path === '' ? 'the root of the repository' : path;
  const exists = path === '' || files.length > 0;
  return {
    reason: exists ? 'NothingToRender' : 'SourceMissing',
    message: exists
      ? `There is neither a chart, a manifest nor a compose file in ${where}`
      : `There is no folder ${where}`,
    place: { file: path === '' ? '.' : path },
    remedy: exists
      ? 'Add a Chart.yaml with templates, or YAML files with apiVersion and kind.'
      : 'Correct the path in pilotage.yaml, or add the folder.',
  };
}
