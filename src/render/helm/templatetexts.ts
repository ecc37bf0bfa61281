import { type Problem, ProblemError } from '../../base/errors.ts';
import type { ResolvedChart } from '../../charts/helm/dependencies.ts';
import { TemplateError } from '../gotemplate/errors.ts';
import { textOf } from '../gotemplate/values.ts';
import { chartErrorOf } from './problems.ts';
import { crdsOf, type HelmRequest, renderHelmTemplates } from './render.ts';

/** Texts of templates, or why there are none, in the words of Helm too. */
export type TemplateTexts =
  | { readonly ok: true; readonly templates: readonly { readonly name: string; readonly text: string }[] }
  | { readonly ok: false; readonly problem: Problem; readonly said: string; readonly template?: string };

export interface Chosen {
  /** By the name of a template. */
  isChosen(name: string): boolean;
  readonly includeCrds: boolean;
  /** What Chart.yaml says in its place. */
  readonly chart: { readonly version?: string; readonly appVersion?: string };
}

/** Charts right below it take the versions too, as helm-unittest has it; which charts those are was settled by what is written. */
function renamed(root: ResolvedChart, versions: Chosen['chart']): ResolvedChart {
  const rename = (one: ResolvedChart): ResolvedChart => ({
    ...one,
    chart: { ...one.chart, metadata: { ...one.chart.metadata, ...versions } },
  });
  return { ...rename(root), dependencies: root.dependencies.map(rename) };
}

/** What the chosen templates of a chart write. */
export function renderTemplateTexts(
  request: HelmRequest,
  { isChosen, includeCrds, chart }: Chosen,
): TemplateTexts {
  try {
    const rendered = renderHelmTemplates(request, isChosen, (root) => renamed(root, chart));
    if (!rendered.ok) return { ok: false, problem: rendered.problems[0], said: rendered.problems[0].message };
    const { written, root } = rendered.value;
    const texts = written.map(({ renderable, text }) => ({ name: renderable.name, text }));
    const crds = includeCrds ? crdsOf(root, root.name) : [];
    return {
      ok: true,
      templates: [...texts, ...crds.map(({ name, file }) => ({ name, text: textOf(file.bytes) }))],
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { cause, problem } = error;
    const said = cause instanceof TemplateError ? saidBy(cause) : { said: problem.message };
    return { ok: false, problem, ...said };
  }
}

/** What is behind the place in a message of Go: `template: a.yaml:1:2: executing "a.yaml" at <.x>: this`. */
const MESSAGE = /^(?:.+?: |.+? \()(.+?):\d+:\d+.+?: (.+?)$/ms;

/** As Helm 3 prints it: of `fail` and `required` only what the chart says. */
function saidBy(error: TemplateError): { readonly said: string; readonly template?: string } {
  const outermost = error.chain[0]?.template ?? error.template;
  const own = chartErrorOf(error);
  if (own) return { said: own.message, template: outermost };
  const [, template, detail] = MESSAGE.exec(error.message) ?? [];
  if (template === undefined || detail === undefined) return { said: error.message };
  const [, ...more] = error.message.split('\n');
  return { said: more.length > 0 ? more.join('\n') : detail, template };
}
