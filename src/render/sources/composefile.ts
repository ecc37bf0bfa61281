import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { readValuesFiles } from '../../charts/values.ts';
import { isObject } from '../../kube/values/equal.ts';
import { isComposeProject } from '../../model/apps.ts';
import { type ComposeImage, imagesOf } from '../composefile/images.ts';
import { composeFileIn } from '../composefile/load/load.ts';
import { listOf, newReport } from '../composefile/load/report.ts';
import type { Work } from '../composefile/load/work.ts';
import { type Project, readProject } from '../composefile/project.ts';
import { composeObjects } from '../composefile/render.ts';
import { composeVariables } from '../composefile/variables.ts';
import type { RenderRequest } from '../types.ts';
import type { SourceOutput, SourceRenderer } from './source.ts';

/** A compose file, where a folder holds nothing that was written for a cluster. */
export const composefile: SourceRenderer = {
  name: 'compose',
  detect({ tree, path }) {
    const file = isComposeProject(tree, path) ? composeFileIn(tree, path) : undefined;
    return file === undefined ? undefined : { place: { file } };
  },
  render: renderCompose,
};

/** What says which project it is, and with which variables. */
export type ComposeRequest = Pick<
  RenderRequest,
  'tree' | 'path' | 'valuesFiles' | 'overrides' | 'app' | 'delivery' | 'environment'
>;

type Layers = readonly Readonly<Record<string, unknown>>[];

/** The images that the services of an app build from the repository; none of an app that is no compose project. */
export function composeImages(
  request: ComposeRequest & { readonly work?: Work },
): Result<readonly ComposeImage[]> {
  if (!isComposeProject(request.tree, request.path)) return ok([]);
  const opened = withProject(request, (project) => imagesOf(project));
  return opened.ok ? ok(opened.value.value ?? []) : opened;
}

function renderCompose(request: RenderRequest): Result<SourceOutput> {
  const rendered = withProject(request, (project, layers) => {
    const images = { built: request.composeImages ?? {}, named: request.images, values: imagesIn(layers) };
    return composeObjects(project, request.app, images);
  });
  if (!rendered.ok) return rendered;
  const { value: manifests = [], warnings } = rendered.value;
  return ok({ manifests, warnings });
}

interface Used<T> {
  readonly value: T | undefined;
  readonly warnings: readonly Problem[];
}

/** Reads the project and makes something of it; its problems, if it or what is made of it has any. */
function withProject<T>(
  request: ComposeRequest & { readonly work?: Work },
  use: (project: Project, layers: Layers) => T,
): Result<Used<T>> {
  const values = readValuesFiles(request.tree, request.valuesFiles);
  if (!values.ok) return values;
  const layers: Layers = [...values.value.map(({ data }) => data), request.overrides ?? {}];
  const report = newReport();
  try {
    const project = readProject({ ...request, variables: composeVariables(layers, request) }, report);
    const value = project && report.problems.length === 0 ? use(project, layers) : undefined;
    const [first, ...others] = listOf(report, 'problems');
    return first ? failed(first, ...others) : ok({ value, warnings: listOf(report, 'warnings') });
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/** `images: {web: REFERENCE}` of the values, as charts have it. */
function imagesIn(layers: Layers): Readonly<Record<string, string>> {
  const all = layers.flatMap(({ images }) => (isObject(images) ? Object.entries(images) : []));
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
