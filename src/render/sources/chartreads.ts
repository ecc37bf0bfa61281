import { ok, type Result } from '../../base/errors.ts';
import { readChart } from '../../charts/chart.ts';
import { type ScopedChart, scopeCharts } from '../../charts/scope.ts';
import { ValueReads } from '../../charts/valuereads.ts';
import { readValuesFiles } from '../../charts/values.ts';
import type { ChartEngine, ChartTemplates } from '../engine.ts';
import type { ValuesRequest } from './source.ts';

/** Which values a chart and those below it read: by their templates and by Chart.yaml. */
export function readsOfChart(request: ValuesRequest, engine: ChartEngine): Result<ValueReads> {
  const chart = readChart(request.tree, request.path);
  if (!chart.ok) return chart;
  const layers = readValuesFiles(request.tree, request.valuesFiles);
  if (!layers.ok) return layers;
  const reads = new ValueReads();
  const scoped = scopeCharts(chart.value, layers.value);
  engine.readValues(scopesOf(scoped, [], engine), reads);
  readByMetadata(scoped, reads, []);
  return ok(reads);
}

const scopesOf = (
  { chart, subcharts }: ScopedChart,
  scope: readonly string[],
  engine: ChartEngine,
): ChartTemplates[] => [
  {
    scope,
    helpers: chart.helpers,
    templates: [...chart.templates, ...(chart.notes ? [chart.notes] : [])].filter(
      ({ file }) => engine.formOf(file) !== undefined,
    ),
  },
  ...subcharts.flatMap((child) => scopesOf(child, [...scope, child.name], engine)),
];

/** Conditions and tags are read; so is all that is for a chart which is not here, because it is turned off or has yet to be fetched. */
function readByMetadata(
  { chart, subcharts }: ScopedChart,
  reads: ValueReads,
  scope: readonly string[],
): void {
  const present = new Set(subcharts.map(({ name }) => name));
  for (const { name, alias = name, condition = '', tags } of chart.metadata.dependencies) {
    for (const path of condition.split(',').filter(Boolean))
      reads.look([...scope, ...path.trim().split('.')]);
    for (const tag of tags) reads.look([...scope, 'tags', tag]);
    if (!present.has(alias)) reads.take([...scope, alias]);
  }
  for (const child of subcharts) readByMetadata(child, reads, [...scope, child.name]);
}
