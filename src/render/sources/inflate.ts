import { type Problem, ProblemError, type Result } from '../../base/errors.ts';
import { unsatisfiedRanges } from '../../charts/helm/dependencies.ts';
import { type HelmChart, loadChart } from '../../charts/helm/load.ts';
import { lockDisagreements } from '../../charts/helm/lockcheck.ts';
import type { Made } from '../gotemplate/made.ts';
import { goDialect } from '../helm/dialect.ts';
import { releaseNameOf } from '../helm/nametemplate.ts';
import { printedDocuments } from '../helm/print.ts';
import { renderHelm } from '../helm/render.ts';
import type { ChartRequest, Inflate } from '../kustomize/helmcharts/inflate.ts';
import type { SourceRequest } from './source.ts';

/** kustomize runs whichever helm it finds; this is the release that delivered charts are rendered as. */
const RELEASE = 4;

export type InflateContext = Pick<
  SourceRequest,
  'tree' | 'path' | 'namespace' | 'made' | 'lookedUp' | 'chance' | 'blot'
> & {
  /** Without API versions: those that Helm assumes. */
  readonly capabilities: { readonly kubeVersion?: string; readonly apiVersions: readonly string[] };
};

/** Renders the charts of a kustomization for its app. What is to be said of them beside goes to `warn`. */
export function inflateFor(context: InflateContext, warn: (problem: Problem) => void): Inflate {
  return (asked) => {
    const chart = resultOf(loadChart(context.tree, asked.path, { dialect: goDialect, version: RELEASE }));
    for (const warning of warningsOf(chart, asked)) warn(warning);
    const { made, lookedUp, chance, blot, capabilities } = context;
    const name = asked.release.isTemplate
      ? releaseNameOf(asked.release.name, { made, chance }, asked.place)
      : asked.release.name;
    const { apiVersions } = capabilities;
    const kubeVersion = asked.kubeVersion || capabilities.kubeVersion;
    const output = resultOf(
      renderHelm({
        chart,
        given: { files: asked.values },
        release: { name, namespace: asked.namespace || context.namespace, isUpgrade: false },
        cluster: {
          ...(kubeVersion === undefined ? {} : { kubeVersion }),
          ...(apiVersions.length > 0 ? { apiVersions } : {}),
          moreApiVersions: asked.apiVersions,
        },
        helm: RELEASE,
        made: madeIn(made, name, folderOf(asked.path, context.path)),
        lookups: lookedUp,
        chance,
        blot,
      }),
    );
    for (const warning of output.warnings) warn(warning);
    const { manifests, hooks } = printedDocuments(output, { ...asked, noHooks: asked.skipHooks });
    return [...manifests, ...hooks].map(({ content, place }) => ({
      text: content,
      file: place(1).file,
      place,
    }));
  };
}

function resultOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemError(result.problems[0]);
}

/** The path from the folder of the app, where it is below. */
const folderOf = (chart: string, app: string): string =>
  app !== '' && chart.startsWith(`${app}/`) ? chart.slice(app.length + 1) : chart;

/** Two releases of one chart make values of their own: the name of a call begins with the release, and names the template by its path. */
function madeIn(made: Made, release: string, folder: string): Made {
  return {
    ...made,
    enter: (template) => made.enter(`${release}/${folder}${template.slice(template.indexOf('/'))}`),
  };
}

function warningsOf(chart: HelmChart, { version, place }: ChartRequest): Problem[] {
  const { metadata } = chart;
  const other: Problem = {
    reason: 'ChartVersionDiffers',
    message: `The kustomization names ${metadata.name} ${version}, but the chart in the repository is ${metadata.version}`,
    place,
    remedy: 'Correct the version, or commit that release of the chart.',
  };
  return [
    ...(version === '' || version === metadata.version ? [] : [other]),
    ...lockDisagreements(chart, goDialect),
    ...unsatisfiedRanges(chart, goDialect),
  ];
}
