import { posix } from 'node:path';
import type { Blot } from '../../base/blot.ts';
import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { coalesceValues } from '../../charts/helm/coalesce.ts';
import {
  checkInstallable,
  missingDependencies,
  type ResolvedChart,
  resolveDependencies,
} from '../../charts/helm/dependencies.ts';
import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { HelmFile } from '../../charts/helm/files.ts';
import { type GivenValues, mergeGiven, type ReadFile } from '../../charts/helm/given.ts';
import type { HelmChart } from '../../charts/helm/load.ts';
import { type ValuePlaces, valuePlaces } from '../../charts/helm/places.ts';
import { checkSchemas } from '../../charts/helm/schema.ts';
import { copyValue, type HelmMap } from '../../charts/helm/values.ts';
import { createBudget } from '../gotemplate/budget.ts';
import type { Chance } from '../gotemplate/chance.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import type { Lookups } from '../gotemplate/lookups.ts';
import type { Made } from '../gotemplate/made.ts';
import { TemplateSpace } from '../gotemplate/space.ts';
import type { Trace } from '../gotemplate/trace.ts';
import { baseFunctions } from './basefunctions.ts';
import { type Cluster, capabilitiesOf, type KubeVersion, kubeVersionOf } from './capabilities.ts';
import { type HelmRelease, isPartial, type Renderable, renderables } from './contexts.ts';
import { goDialect } from './dialect.ts';
import { type RenderedTemplate, renderTemplates } from './engine.ts';
import { helmFunctions } from './functions.ts';
import { templateProblem } from './problems.ts';
import { type HelmManifest, type OutputFile, sortManifests } from './sort.ts';
import { traceOf, writtenOf } from './tracing.ts';

export interface HelmRequest {
  readonly chart: HelmChart;
  readonly given: GivenValues;
  readonly release: HelmRelease;
  readonly cluster: Cluster;
  readonly helm: HelmVersion;
  /** What is made once, looked up, and left to chance. */
  readonly made: Made;
  readonly lookups: Lookups;
  readonly chance: Chance;
  /** Blots out what errors must not repeat of values. */
  readonly blot?: Blot;
  /** For `--set-file`. */
  readonly readFile?: ReadFile;
  /** Values need not fit the schemas of the charts. */
  readonly skipSchema?: boolean;
  /** How the manifests come about is recorded. */
  readonly explain?: boolean;
}

export interface HelmOutput {
  /** In the order in which Helm installs them. */
  readonly manifests: readonly HelmManifest[];
  readonly hooks: readonly HelmManifest[];
  /** Hooks of an event that Helm does not know, which it leaves out. */
  readonly unknownHooks: readonly HelmManifest[];
  /** The files of crds/, each with the name of its chart before it. */
  readonly crds: readonly { readonly name: string; readonly file: HelmFile }[];
  readonly notes?: string;
  readonly warnings: readonly Problem[];
}

/** Renders a chart as `helm template` does (`RunWithContext` of pkg/action/install.go, `renderResources` of action.go). */
export function renderHelm(request: HelmRequest): Result<HelmOutput> {
  try {
    return render(request);
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

function render(request: HelmRequest): Result<HelmOutput> {
  const { chart, helm } = request;
  checkInstallable(chart);
  const [missing, ...more] = missingDependencies(chart);
  if (missing) return failed(missing, ...more);
  const warned = new Set<string>();
  const prepared = prepare(request, (message) => void warned.add(message));
  if (!prepared.ok) return prepared;
  const { root, templates } = prepared.value;
  const trace = request.explain ? traceOf(prepared.value) : undefined;
  const rendered = execute(request, prepared.value, trace);
  const written = (one: RenderedTemplate) => trace && writtenOf(one, trace, prepared.value);
  const output = collect(rendered, { templates, root, helm, written });
  const warnings = Array.from(
    warned,
    (message): Problem => ({ reason: 'ChartValues', message, place: { file: chart.metadataFile.file } }),
  );
  return ok({ ...output, warnings });
}

/** Makes of a chart whose dependencies are resolved one that says something else of itself. */
export type Adapt = (root: ResolvedChart) => ResolvedChart;

/** The templates of a chart with what they see, before any is run. @throws ProblemError */
function prepare(
  request: HelmRequest,
  warn: (message: string) => void,
  adapt: Adapt = (root) => root,
): Result<Prepared> {
  const { root: resolved, values, places } = helmValues(request, warn);
  const root = adapt(resolved);
  const [wrong, ...others] = request.skipSchema ? [] : checkSchemas(root, values, places);
  if (wrong) return failed(wrong, ...others);
  const { release, cluster, helm } = request;
  const capabilities = capabilitiesOf(checkKubeVersion(request), cluster, helm);
  const templates = renderables(root, copyValue(values), { release, capabilities, helm });
  return ok({ root, templates, values, places });
}

/**
 * What the chosen templates write, each by its name; partials are at hand without being chosen. For tests of charts.
 * @throws ProblemError whose cause is the TemplateError, where a template is to blame
 */
export function renderHelmTemplates(
  request: HelmRequest,
  isChosen: (name: string) => boolean,
  adapt: Adapt,
): Result<{ readonly written: readonly RenderedTemplate[]; readonly root: ResolvedChart }> {
  checkInstallable(request.chart);
  const [missing, ...more] = missingDependencies(request.chart);
  if (missing) return failed(missing, ...more);
  const prepared = prepare(request, () => {}, adapt);
  if (!prepared.ok) return prepared;
  const templates = new Map(
    [...prepared.value.templates].filter(([name]) => isPartial(name) || isChosen(name)),
  );
  return ok({ written: execute(request, { ...prepared.value, templates }), root: prepared.value.root });
}

/** What the templates of a chart see as Values, and where each was set. @throws ProblemError */
export function helmValues(
  { chart, given, helm, readFile = noFiles }: Pick<HelmRequest, 'chart' | 'given' | 'helm' | 'readFile'>,
  warn: (message: string) => void,
): { readonly root: ResolvedChart; readonly values: HelmMap; readonly places: ValuePlaces } {
  const options = { version: helm, dialect: goDialect, warn };
  const set = mergeGiven(given, options, readFile);
  const root = resolveDependencies(chart, set, options);
  const values = coalesceValues(root, set, options);
  // For what was set beside files no line can be shown.
  const beside = mergeGiven({ ...given, files: [] }, { version: helm, dialect: goDialect }, readFile);
  return { root, values, places: valuePlaces({ root, files: given.files, set: beside }) };
}

const noFiles: ReadFile = (file) => {
  throw new ProblemError({ reason: 'BadRequest', message: `${file} cannot be read here` });
};

function checkKubeVersion({ chart, cluster, helm }: HelmRequest): KubeVersion {
  const kube = kubeVersionOf(cluster, helm);
  if (!kube)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${cluster.kubeVersion} is not a version of Kubernetes`,
      remedy: 'Write it as v1.33.1.',
    });
  const { kubeVersion } = chart.metadata;
  if (kubeVersion !== '' && !goDialect.satisfies(kube.normalized, kubeVersion))
    throw new ProblemError({
      reason: 'KubeVersionNotSatisfied',
      message: `The chart ${chart.metadata.name} requires Kubernetes ${kubeVersion}, but the cluster has ${kube.version}`,
      place: { file: chart.metadataFile.file },
      remedy: 'Deploy it to another cluster, or take a release of the chart that knows this one.',
    });
  return kube;
}

interface Prepared {
  readonly root: ResolvedChart;
  readonly templates: ReadonlyMap<string, Renderable>;
  readonly values: HelmMap;
  readonly places: ValuePlaces;
}

function execute(
  request: HelmRequest,
  { templates, values, places }: Prepared,
  trace?: Trace,
): RenderedTemplate[] {
  const { helm, made, lookups, chance, blot = (text) => text } = request;
  const space = new TemplateSpace();
  const budget = createBudget();
  const base = baseFunctions({ made, chance }, helm);
  const executing = helmFunctions({
    ...{ base, space, lookups, helm, budget, places: made.places },
    ...(trace ? { run: trace.run } : {}),
  });
  try {
    return renderTemplates({ templates, space, executing, made, helm });
  } catch (error) {
    if (error instanceof TemplateError)
      throw new ProblemError(templateProblem(error, { templates, places, values, blot }), { cause: error });
    throw error;
  }
}

const NOTES = 'NOTES.txt';

interface Collecting {
  readonly templates: Prepared['templates'];
  readonly root: ResolvedChart;
  readonly helm: HelmVersion;
  readonly written: (one: RenderedTemplate) => OutputFile['written'];
}

function collect(
  rendered: readonly RenderedTemplate[],
  { templates, root, helm, written }: Collecting,
): Omit<HelmOutput, 'warnings'> {
  const files = rendered
    .filter(({ renderable }) => !renderable.name.endsWith(NOTES))
    .map((one) => ({ ...outputFile(one, templates), ...recorded(written(one)) }));
  const notes = rendered.find(
    ({ renderable }) => renderable.name === posix.join(root.name, 'templates', NOTES),
  );
  return {
    ...sortManifests(files, helm),
    crds: crdsOf(root, root.name),
    ...(notes ? { notes: notes.text } : {}),
  };
}

const recorded = (written: OutputFile['written']): Pick<OutputFile, 'written'> =>
  written ? { written } : {};

function outputFile(
  { renderable, text, lines }: RenderedTemplate,
  templates: Prepared['templates'],
): OutputFile {
  return {
    name: renderable.name,
    text,
    place(line) {
      const { sources, files } = lines;
      const source = sources[Math.min(line, sources.length) - 1];
      const written = source && templates.get(files[source.file] ?? '');
      return written ? { file: written.file.file, line: source.line } : { file: renderable.file.file };
    },
  };
}

export function crdsOf({ chart, dependencies }: ResolvedChart, path: string): HelmOutput['crds'] {
  const own = chart.files
    .filter(({ name }) => name.startsWith('crds/') && /\.(ya?ml|json)$/i.test(name))
    .map((file) => ({ name: posix.join(path, file.name), file }));
  return [...own, ...dependencies.flatMap((child) => crdsOf(child, `${path}/charts/${child.name}`))];
}
