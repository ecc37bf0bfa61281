import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { type Chart, type ChartFile, readChart } from '../../charts/chart.ts';
import { INFERRED } from '../../charts/inferschema.ts';
import { type ScopedChart, scopeCharts } from '../../charts/scope.ts';
import { escapeSegment, placeOf, type Values } from '../../charts/values.ts';
import { doubtfulValues } from '../../charts/valuetypes.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { ChartEngine, Context, TemplateForm, Templates } from '../engine.ts';
import { mergePieces, type Piece } from '../manifests/merge.ts';
import {
  type ReadManifests,
  readManifests,
  readValues,
  type SourceText,
  type Written,
} from '../manifests/read.ts';
import { mistyped } from '../manifests/typed.ts';
import type { WrittenOutput } from '../provenance/text.ts';
import { allCharts, type ContextFor, openCharts, scopedChart, valuesLayers } from './chartopen.ts';
import { readsOfChart } from './chartreads.ts';
import { chosenTemplates } from './charttemplates.ts';
import type { SeenValues, SourceOutput, SourceRenderer, SourceRequest, ValuesRequest } from './source.ts';
import { structuredProvenance } from './structuredprovenance.ts';
import { valuesRead } from './valuesread.ts';

/** A chart whose templates the engine renders, or plain YAML. */
export const chart: SourceRenderer = {
  name: 'chart',
  detect: ({ files }) => (files.includes('Chart.yaml') ? {} : undefined),
  render: renderChart,
  templates: chosenTemplates,
  values: seenValues,
  reads: readsOfChart,
};

/** Chart + values → objects, each with the line of the template that wrote it. */
function renderChart(request: SourceRequest, engine: ChartEngine): Result<SourceOutput> {
  const layers = valuesLayers(request);
  const scoped = scopedChart(request);
  if (!scoped.ok) return scoped;
  const given = layers.ok ? layers.value : [];
  const rendered = renderScoped(scoped.value, request, engine, given);
  const { chart: top } = scoped.value;
  const schema = top.schema?.schema;
  if (!rendered.ok || (schema && schema.$comment !== INFERRED)) return rendered;
  const doubts = doubtsOf(top, given, request, engine);
  return ok({ ...rendered.value, warnings: [...doubts, ...rendered.value.warnings] });
}

/** Without a schema that somebody wrote, the defaults say what the values of an environment should be. */
function doubtsOf(
  chart: Chart,
  layers: readonly Values[],
  request: SourceRequest,
  engine: ChartEngine,
): Problem[] {
  if (layers.length === 0) return [];
  const defaults = scopeCharts(chart, []).values;
  let reads: ReturnType<typeof readsOfChart> | undefined;
  const isRead = (path: readonly string[]): boolean => {
    reads ??= readsOfChart(request, engine);
    return !reads.ok || reads.value.has(path);
  };
  return layers.flatMap((layer) => doubtfulValues(defaults, layer, isRead));
}

function seenValues(request: ValuesRequest): Result<SeenValues> {
  const chart = readChart(request.tree, request.path);
  if (!chart.ok) return chart;
  const layers = valuesLayers(request);
  if (!layers.ok) return layers;
  const { values } = scopeCharts(chart.value, layers.value);
  const pointer = (path: readonly string[]): string => path.map((key) => `/${escapeSegment(key)}`).join('');
  return ok({ data: values.data, placeOf: (path) => placeOf(values, pointer(path)) });
}

function renderScoped(
  scoped: ScopedChart,
  request: SourceRequest,
  engine: ChartEngine,
  layers: readonly Values[],
): Result<SourceOutput> {
  try {
    const { templates, contextFor, config } = openCharts(scoped, request, engine);
    const results = allCharts(scoped).map((one) => {
      const value = request.explain === undefined ? undefined : valuesRead(scoped, one, layers);
      return renderOne(one, { engine, templates, ...(value ? { value } : {}) }, contextFor);
    });
    const problems = results.flatMap((r) => (r.ok ? [] : [...r.problems]));
    const [first, ...others] = problems;
    if (first) return failed(first, ...others);
    const notes = renderNotes(scoped, templates, contextFor);
    const read = results.flatMap((r) => (r.ok ? r.value : []));
    const merged = mergePieces(
      read.flatMap((one) => one.pieces),
      request.namespace,
    );
    if (!merged.ok) return merged;
    const warnings = read.flatMap((one) => one.warnings);
    return ok({
      manifests: config.finish(merged.value),
      warnings,
      ...(notes === undefined ? {} : { notes }),
    });
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

interface Opened {
  readonly engine: ChartEngine;
  readonly templates: Templates;
  /** What a template has read of its data, in a render that is to explain its objects. */
  readonly value?: (context: Context) => WrittenOutput['value'];
}

/** What one template makes. */
interface ReadTemplate {
  readonly pieces: readonly Piece[];
  readonly warnings: readonly Problem[];
}

function renderOne(scoped: ScopedChart, opened: Opened, contextFor: ContextFor): Result<ReadTemplate[]> {
  const { chart } = scoped;
  const written: ReadTemplate[] = [];
  const problems: Problem[] = [];
  for (const file of [...chart.crds, ...(chart.metadata.type === 'library' ? [] : chart.templates)]) {
    const form = opened.engine.formOf(file.file);
    const read = readTemplate(file, form, () => contextFor(scoped, file.file), opened, scoped);
    if (!read.ok) problems.push(...read.problems);
    else {
      const { manifests, warnings } = read.value;
      const isStructured = form === 'structured';
      const pieces = manifests.map((one): Piece => ({ written: one, isStructured, chart: chart.path }));
      written.push({ pieces, warnings });
    }
  }
  const [first, ...others] = problems;
  return first ? failed(first, ...others) : ok(written);
}

function readTemplate(
  file: ChartFile,
  form: TemplateForm | undefined,
  context: () => Context,
  opened: Opened,
  { values }: ScopedChart,
): Result<ReadManifests> {
  try {
    switch (form) {
      case 'text':
        return readRendered(file, context(), opened);
      case 'structured':
        return readStructured(file, context(), values, opened);
      default:
        return readManifests(asItIs(file), { lenient: false, explain: opened.value !== undefined });
    }
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

const asItIs = ({ file, text }: ChartFile): SourceText => ({
  ...{ file, text },
  place: (line) => ({ file, line }),
  rendered: false,
});

function readRendered(
  file: ChartFile,
  context: Context,
  { templates, value }: Opened,
): Result<ReadManifests> {
  const { text, sources, files, output } = templates.render(file, context);
  const place = (line: number) => {
    const source = sources[Math.min(line, sources.length) - 1];
    return source ? { file: files[source.file] ?? file.file, line: source.line } : { file: file.file };
  };
  const written =
    output && value
      ? { written: { output, linesBefore: 0, file: (name: string) => name, value: value(context) } }
      : {};
  return readManifests(
    { file: file.file, text, place, rendered: true, ...written },
    { lenient: false, explain: value !== undefined },
  );
}

function readStructured(
  file: ChartFile,
  context: Context,
  values: Values,
  { templates, value }: Opened,
): Result<ReadManifests> {
  const documents = templates.evaluate(file, context);
  const placed = documents.map((one) => ({
    ...one,
    placeOf: (pointer: string) => one.written(pointer).place,
  }));
  const read = readValues(asItIs(file), placed, { lenient: false });
  if (!read.ok) return read;
  const setBy = (path: string) => placeOf(values, pointerOf(path));
  const [first, ...others] = documents.flatMap(({ value, written }) =>
    isObject(value) ? mistyped(value as unknown as KubeObject, written, setBy) : [],
  );
  if (first) return failed(first, ...others);
  return value
    ? ok({ ...read.value, manifests: explained(read.value.manifests, file, value(context)) })
    : read;
}

const explained = (
  manifests: readonly Written[],
  { text }: ChartFile,
  value: WrittenOutput['value'],
): readonly Written[] =>
  manifests.map((one) => ({ ...one, provenance: structuredProvenance(one.placeOf, text, value) }));

/** `Values.image.tag` → `/image/tag` */
const pointerOf = (path: string): string =>
  path.startsWith('Values.')
    ? path
        .split('.')
        .slice(1)
        .map((key) => `/${escapeSegment(key)}`)
        .join('')
    : '';

function renderNotes(scoped: ScopedChart, templates: Templates, contextFor: ContextFor): string | undefined {
  const { notes } = scoped.chart;
  return notes && templates.render(notes, contextFor(scoped, notes.file)).text;
}
