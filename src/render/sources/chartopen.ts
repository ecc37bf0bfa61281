import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { type Chart, join, readChart } from '../../charts/chart.ts';
import { checkScoped, missingDependencies, type ScopedChart, scopeCharts } from '../../charts/scope.ts';
import { readValuesFiles, type Values, valuesFrom } from '../../charts/values.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import type { ChartEngine, Context, Templates } from '../engine.ts';
import { seesRevision } from '../key.ts';
import { type ConfigChart, createChartConfig } from './chartconfig.ts';
import { contextOf, imageFrom } from './context.ts';
import type { SourceRequest, ValuesRequest } from './source.ts';

/** The chart of a request with its values, if it can be delivered. */
export function scopedChart(request: ValuesRequest): Result<ScopedChart> {
  const chart = readChart(request.tree, request.path);
  if (!chart.ok) return chart;
  const refusal = refuse(chart.value);
  if (refusal) return failed(refusal);
  const layers = valuesLayers(request);
  if (!layers.ok) return layers;
  const scoped = scopeCharts(chart.value, layers.value);
  const [first, ...others] = [
    ...allCharts(scoped).flatMap((s) => missingDependencies(s.chart)),
    ...checkScoped(scoped),
  ];
  return first ? failed(first, ...others) : ok(scoped);
}

export function valuesLayers(request: ValuesRequest): Result<Values[]> {
  const files = readValuesFiles(request.tree, request.valuesFiles);
  if (!files.ok || !request.overrides) return files;
  return ok([...files.value, valuesFrom(request.overrides as JsonObject, '--set')]);
}

function refuse(chart: Chart): Problem | undefined {
  const { file, name, type } = chart.metadata;
  if (type === 'library') {
    return {
      reason: 'LibraryChart',
      message: `${name} is a library chart: it only lends helpers to other charts`,
      place: { file },
      remedy: 'Deliver a chart of type application that depends on it.',
    };
  }
  const anything = (c: Chart): boolean =>
    c.templates.length > 0 || c.crds.length > 0 || c.subcharts.some(anything);
  if (anything(chart)) return undefined;
  return {
    reason: 'ChartWithoutTemplates',
    message: `The chart ${name} has no templates`,
    place: { file },
    remedy: `Put a template into ${join(chart.path, 'templates/')}, for example deployment.hbs.yaml.`,
  };
}

export const allCharts = (scoped: ScopedChart): ScopedChart[] => [
  scoped,
  ...scoped.subcharts.flatMap(allCharts),
];

/** Makes what the templates of one chart see. */
export type ContextFor = (scoped: ScopedChart, template: string) => Context;

export interface OpenedCharts {
  readonly templates: Templates;
  readonly contextFor: ContextFor;
  /** What templates have asked for of configuration and secrets. */
  readonly config: ReturnType<typeof createChartConfig>;
}

/** One space of names over all charts, as in Helm; deepest first, so that a parent can redefine what its child brought. @throws ProblemError */
export function openCharts(
  scoped: ScopedChart,
  request: SourceRequest,
  engine: ChartEngine,
  adapt: (context: Context) => Context = (context) => context,
): OpenedCharts {
  const charts = allCharts(scoped);
  const contexts = new Map<Context, ScopedChart>();
  const config = createChartConfig(request.made, request.chance);
  const seen = request.revisionSeen ?? seesRevision(request);
  const common = new Map(charts.map((one) => [one, adapt(contextOf(one, request, { seesRevision: seen }))]));
  const contextFor: ContextFor = (one, template) => {
    const Template = { Name: template, BasePath: `${one.chart.metadata.name}/templates` };
    const context = { ...common.get(one), Template };
    request.made.enter(templateName(scoped, template));
    contexts.set(context, one);
    return context;
  };
  const templates = engine.open({
    image: (name, root) =>
      imageFrom(name, request.images, root) ?? (request.anyImage ? `${name}:not-built` : undefined),
    files: (root) => filesOf(request.tree, contexts.get(root)?.chart),
    refer: (reference, root, place) => {
      const own = contexts.get(root);
      return own && config.refer(reference, configChart(own, scoped, request), place);
    },
    made: request.made,
    chance: request.chance,
    explain: request.explain !== undefined,
  });
  for (const { chart } of charts.toReversed()) for (const helper of chart.helpers) templates.define(helper);
  return { templates, contextFor, config };
}

/** Charts below the one of the release may have objects of the same names. */
const configChart = (own: ScopedChart, top: ScopedChart, { app, tree }: SourceRequest): ConfigChart => ({
  prefix: own === top ? app : `${app}-${own.name}`,
  values: own.values.data,
  files: filesOf(tree, own.chart),
});

/** As Helm names it: below the name of the chart at the top. */
const templateName = ({ chart }: ScopedChart, file: string): string =>
  `${chart.metadata.name}/${chart.path === '' ? file : file.slice(chart.path.length + 1)}`;

function filesOf(tree: FileTree, chart: Chart | undefined): Record<string, string> {
  if (!chart) return {};
  return Object.fromEntries(chart.files.map((file) => [file, readText(tree, join(chart.path, file)) ?? '']));
}
