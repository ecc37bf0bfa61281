import { failed, ok, type Problem, ProblemError, type Result } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { isHandlebarsFile } from '../../charts/chart.ts';
import { unsatisfiedRanges } from '../../charts/helm/dependencies.ts';
import type { HelmChart } from '../../charts/helm/load.ts';
import { lockDisagreements } from '../../charts/helm/lockcheck.ts';
import { jsonOf } from '../../charts/helm/values.ts';
import type { ValueReads } from '../../charts/valuereads.ts';
import { gvkOf, type JsonObject, type KubeObject } from '../../kube/values/types.ts';
import { chartReads } from '../helm/chartreads.ts';
import { goDialect } from '../helm/dialect.ts';
import { firstLine, manifestValue } from '../helm/manifestvalue.ts';
import { type HelmOutput, helmValues, renderHelm } from '../helm/render.ts';
import type { HelmManifest } from '../helm/sort.ts';
import { keptIfAsked } from '../manifests/keep.ts';
import { type ReadManifests, readManifests, readValues, type Written } from '../manifests/read.ts';
import { helmRequest, openHelmChart, RELEASE } from './helmrequest.ts';
import { chosenHelmTemplates } from './helmtemplates.ts';
import type {
  Folder,
  SeenValues,
  SourceOutput,
  SourceRenderer,
  SourceRequest,
  ValuesRequest,
} from './source.ts';

/** A chart whose templates are written in Go's template language, or that only Helm knows: packed charts, requirements.yaml. */
export const helm: SourceRenderer = {
  name: 'helm',
  detect(folder) {
    if (!folder.files.includes('Chart.yaml')) return undefined;
    const written = templateOf(folder);
    if (written) return written.isHandlebars ? undefined : { place: written.place };
    return folder.files.some((file) => /^(charts\/[^/]+\.tgz|requirements\.yaml)$/.test(file))
      ? {}
      : undefined;
  },
  render: renderChart,
  templates: chosenHelmTemplates,
  values: seenValues,
  reads: readsOfHelmChart,
};

/** A template of a chart, which tells the language of them all. */
type FoundTemplate =
  | { readonly isHandlebars: true }
  | { readonly isHandlebars: false; readonly place: Place };

/** What the chart's own templates are written in; where it has none, those of the charts below. */
function templateOf(folder: Folder): FoundTemplate | undefined {
  const below = folder.files.filter((file) => /^charts\/.*\/templates\//.test(file));
  const own = folder.files.filter((file) => file.startsWith('templates/'));
  return firstTemplate(folder, own) ?? firstTemplate(folder, below);
}

/** Handlebars has file endings of its own. Helm executes every file, whatever its name is. */
function firstTemplate(folder: Folder, files: readonly string[]): FoundTemplate | undefined {
  if (files.some(isHandlebarsFile)) return { isHandlebars: true };
  const prefix = folder.path === '' ? '' : `${folder.path}/`;
  for (const file of files) {
    const text = folder.read(file);
    const at = text.indexOf('{{');
    if (at < 0) continue;
    const line = text.slice(0, at).split('\n').length;
    return { isHandlebars: false, place: { file: prefix + file, line } };
  }
  return undefined;
}

function renderChart(request: SourceRequest): Result<SourceOutput> {
  const opened = openHelmChart(request);
  if (!opened.ok) return opened;
  const rendered = renderHelm(helmRequest(request, opened.value));
  return rendered.ok
    ? objectsOf(rendered.value, opened.value.chart, request.explain !== undefined)
    : rendered;
}

function seenValues(request: ValuesRequest): Result<SeenValues> {
  const opened = openHelmChart(request);
  if (!opened.ok) return opened;
  try {
    const { values, places } = helmValues({ ...opened.value, helm: RELEASE }, () => {});
    return ok({ data: jsonOf(values) as JsonObject, placeOf: (path) => places.find([], path) });
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

function readsOfHelmChart(request: ValuesRequest): Result<ValueReads> {
  const opened = openHelmChart(request);
  return opened.ok ? chartReads({ ...opened.value, helm: RELEASE }) : opened;
}

function objectsOf(output: HelmOutput, chart: HelmChart, explain: boolean): Result<SourceOutput> {
  const crds = output.crds.map(({ file }) =>
    readManifests(
      {
        file: file.file,
        text: Buffer.from(file.bytes).toString('utf8'),
        place: (line) => ({ file: file.file, line }),
        rendered: false,
      },
      { lenient: true, asServed: true, explain },
    ),
  );
  const hooks = output.hooks.filter((hook) => !isNameless(hook));
  const read = [...output.manifests, ...hooks].map((one) => readManifest(one, explain));
  const [first, ...others] = [...crds, ...read].flatMap((one) => (one.ok ? [] : [...one.problems]));
  if (first) return failed(first, ...others);
  const values = (results: readonly Result<ReadManifests>[]): ReadManifests[] =>
    results.flatMap((one) => (one.ok ? [one.value] : []));
  const found = [...values(crds), ...values(read)];
  // Charts above and below may bring the same definition: Helm makes it once.
  const definitions = firstOfEach(values(crds).flatMap((one) => one.manifests));
  const written = values(read).flatMap((one) => one.manifests);
  const manifests = [...definitions, ...withoutRepeatedHooks(written).map(keptIfAsked)];
  const warnings = [
    ...output.warnings,
    ...lockDisagreements(chart, goDialect),
    ...unsatisfiedRanges(chart, goDialect),
    ...output.hooks.filter(isNameless).map(namelessHook),
    ...output.unknownHooks.map(unknownHook),
    ...found.flatMap((one) => one.warnings),
  ];
  return ok({ manifests, warnings, ...(output.notes === undefined ? {} : { notes: output.notes }) });
}

function readManifest(
  { name, content, place, head, written }: HelmManifest,
  explain: boolean,
): Result<ReadManifests> {
  const source = { file: name, text: content, place, rendered: true, ...(written ? { written } : {}) };
  const options = { lenient: false, asServed: true, explain };
  const value = manifestValue(head.value, content);
  if (value === undefined) return readManifests(source, options);
  return readValues(source, [{ value, place: { file: name, line: firstLine(content) } }], options);
}

/** A hook that gets another name each time it runs is nothing that could be compared and applied. */
const isNameless = ({ head, content }: HelmManifest): boolean =>
  head.name === '' && /^\s+"?generateName"?:/m.test(content);

const namelessHook = ({ name, events = [], head, place }: HelmManifest): Problem => ({
  reason: 'HookLeftOut',
  message: `The ${head.kind} of ${name} is a Helm hook (${events.join(', ')}) with generateName: it is not applied`,
  place: place(1),
});

const unknownHook = ({ name, events = [], head, place }: HelmManifest): Problem => ({
  reason: 'HookLeftOut',
  message: `The ${head.kind} ${head.name} of ${name} has ${HOOK}: ${events.join(', ')}, which is no event of Helm: it is not applied`,
  place: place(1),
  remedy: 'Correct the annotation, or remove it.',
});

const HOOK = 'helm.sh/hook';

/** A chart may write an object that its hooks need among its hooks too: the other one stays. Hooks of other events are others, whatever their name. */
function withoutRepeatedHooks(all: readonly Written[]): readonly Written[] {
  const eventsOf = ({ object }: Written): string | undefined => object.metadata.annotations?.[HOOK];
  const others = all.filter((one) => eventsOf(one) === undefined);
  const known = new Set(others.map(({ object }) => keyOf(object)));
  const hooks = all.filter((one) => eventsOf(one) !== undefined && !known.has(keyOf(one.object)));
  return [...others, ...firstOfEach(hooks, (one) => `${keyOf(one.object)} ${eventsOf(one)}`)];
}

function firstOfEach(
  all: readonly Written[],
  nameOf: (one: Written) => string = ({ object }) => keyOf(object),
): readonly Written[] {
  const known = new Set<string>();
  return all.filter((one) => {
    const key = nameOf(one);
    const isFirst = !known.has(key);
    known.add(key);
    return isFirst;
  });
}

function keyOf(object: KubeObject): string {
  const { group, kind } = gvkOf(object);
  return JSON.stringify([group, kind, object.metadata.namespace ?? '', object.metadata.name]);
}
