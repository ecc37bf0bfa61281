import { type Problem, ProblemError } from '../../base/errors.ts';
import type { ChartFile } from '../../charts/chart.ts';
import type { ScopedChart } from '../../charts/scope.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';
import type { ChartEngine, Context, TemplateForm, Templates } from '../engine.ts';
import { openCharts, scopedChart } from './chartopen.ts';
import type { TemplatesOutcome, TemplatesRequest } from './source.ts';

/** Templates go by Helm's names: without the ending of Handlebars, and the notes are text. */
export function chosenTemplates(request: TemplatesRequest, engine: ChartEngine): TemplatesOutcome {
  const scoped = scopedChart(request);
  if (!scoped.ok) return failure(scoped.problems[0]);
  const { templates, contextFor } = openCharts(scoped.value, request, engine, (context) =>
    asTested(context, request),
  );
  const chosen = namedFiles(scoped.value, scoped.value.name, request.includeCrds).filter(
    ({ name, isCrd }) => isCrd || request.isChosen(name),
  );
  const written: { readonly name: string; readonly text: string }[] = [];
  for (const { name, file, of } of chosen) {
    try {
      const text = textOf(file, engine.formOf(file.file), templates, () => contextFor(of, file.file));
      written.push({ name, text });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return { ...failure(error.problem), template: name };
    }
  }
  return { ok: true, templates: written };
}

const failure = (problem: Problem) => ({ ok: false, problem, said: problem.message }) as const;

/** The documents of a structured template as they are before others that say more of their objects are merged in. */
function textOf(
  file: ChartFile,
  form: TemplateForm | undefined,
  templates: Templates,
  context: () => Context,
): string {
  if (form === undefined) return file.text;
  if (form === 'text') return templates.render(file, context()).text;
  return templates
    .evaluate(file, context())
    .map(({ value }) => `---\n${dumpYaml(value)}`)
    .join('');
}

function asTested(context: Context, { release, chart }: TemplatesRequest): Context {
  const { Release, Chart } = context as { readonly Release: object; readonly Chart: object };
  const { version, appVersion } = chart;
  const versions = {
    ...(version === undefined ? {} : { version, Version: version }),
    ...(appVersion === undefined ? {} : { appVersion, AppVersion: appVersion }),
  };
  const { revision, isUpgrade } = release;
  return {
    ...context,
    Release: { ...Release, Revision: revision, IsUpgrade: isUpgrade, IsInstall: !isUpgrade },
    Chart: { ...Chart, ...versions },
  };
}

interface NamedFile {
  readonly name: string;
  readonly file: ChartFile;
  readonly of: ScopedChart;
  readonly isCrd: boolean;
}

function namedFiles(scoped: ScopedChart, path: string, includeCrds: boolean): NamedFile[] {
  const { chart, subcharts } = scoped;
  const named = (file: ChartFile, isCrd: boolean): NamedFile => {
    const inside = chart.path === '' ? file.file : file.file.slice(chart.path.length + 1);
    const name = inside.replace(/(^|\/)NOTES\.hbs$/, '$1NOTES.txt').replace(/\.hbs$|\.hbs(?=\.ya?ml$)/, '');
    return { name: `${path}/${name}`, file, of: scoped, isCrd };
  };
  const notes = chart.notes ? [chart.notes] : [];
  const templates = chart.metadata.type === 'library' ? [] : [...chart.templates, ...notes];
  return [
    ...(includeCrds ? chart.crds.map((file) => named(file, true)) : []),
    ...templates.map((file) => named(file, false)),
    ...subcharts.flatMap((child) => namedFiles(child, `${path}/charts/${child.name}`, includeCrds)),
  ];
}
