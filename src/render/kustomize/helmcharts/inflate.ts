import type { Place } from '../../../base/place.ts';
import type { GivenFile } from '../../../charts/helm/given.ts';
import { refuse } from '../errors.ts';
import type { Files } from '../files.ts';
import type { HelmChartArgs, Kustomization } from '../kustomization/fields.ts';
import { type Piece, readPieces } from '../resource/read.ts';
import { HELM_GENERATED, type Resource } from '../resource/resource.ts';
import { chartAt } from './locate.ts';
import { valuesOf } from './values.ts';

/** A chart to be rendered as `helm template` renders it. */
export interface ChartRequest {
  /** Its folder or its archive in the repository. */
  readonly path: string;
  /** A template of the name where `isTemplate`. */
  readonly release: { readonly name: string; readonly isTemplate: boolean };
  /** '' where the kustomization names none. */
  readonly namespace: string;
  /** Values files, later ones are stronger. */
  readonly values: readonly GivenFile[];
  /** The release of the chart that the kustomization asks for, '' for any. */
  readonly version: string;
  /** '' for that of the cluster. */
  readonly kubeVersion: string;
  /** Beside those of the cluster. */
  readonly apiVersions: readonly string[];
  readonly includeCrds: boolean;
  readonly skipTests: boolean;
  readonly skipHooks: boolean;
  /** The entry of the kustomization. */
  readonly place: Place;
}

/** What a chart comes to, in the order in which `helm template` prints it. Handed in: no kustomization knows templates. @throws ProblemError */
export type Inflate = (request: ChartRequest) => readonly Piece[];

/** The resources of a chart (api `internal/builtins/HelmChartInflationGenerator.go`). @throws ProblemError */
export function inflateChart(args: HelmChartArgs, files: Files, inflate: Inflate): Resource[] {
  const path = chartAt(args, files);
  const pieces = inflate({
    path,
    release: releaseOf(args),
    namespace: args.namespace ?? '',
    values: valuesOf(args, path, files),
    version: args.version ?? '',
    kubeVersion: args.kubeVersion ?? '',
    apiVersions: args.apiVersions ?? [],
    includeCrds: args.includeCRDs ?? false,
    skipTests: args.skipTests ?? false,
    skipHooks: args.skipHooks ?? false,
    place: args.place,
  });
  const resources = readPieces(pieces);
  for (const resource of resources)
    resource.setAnnotations(new Map([...resource.annotations, [HELM_GENERATED, 'true']]));
  return resources;
}

/** Without a name Helm takes the time, and every build would make other objects. */
function releaseOf({
  name,
  releaseName = '',
  nameTemplate = '',
  place,
}: HelmChartArgs): ChartRequest['release'] {
  if (releaseName !== '' && nameTemplate !== '')
    throw refuse('A chart has either releaseName or nameTemplate, not both', place);
  if (releaseName !== '') return { name: releaseName, isTemplate: false };
  if (nameTemplate !== '') return { name: nameTemplate, isTemplate: true };
  throw refuse(
    `The chart ${name} has no releaseName: Helm would make one of the time, and every build would make other objects`,
    place,
    `Write releaseName: ${name}.`,
  );
}

/** The charts of a kustomization, with what it says for all of them; those of the deprecated field come last. `namespace`: of whoever uses it. */
export function chartsOf(fields: Kustomization, namespace: string): readonly HelmChartArgs[] {
  const old = fields.helmChartInflationGenerator ?? [];
  const homes = fields.helmGlobals ?? {
    chartHome: old.findLast(({ chartHome = '' }) => chartHome !== '')?.chartHome,
  };
  const converted = old.map(
    ({ chartName, chartVersion, chartRepoUrl, values, valuesLocal, ...rest }): HelmChartArgs => ({
      name: chartName,
      version: chartVersion,
      repo: chartRepoUrl,
      valuesFile: values,
      valuesInline: valuesLocal,
      valuesMerge: rest.valuesMerge,
      releaseName: rest.releaseName,
      place: rest.place,
    }),
  );
  const charts: readonly HelmChartArgs[] = [...(fields.helmCharts ?? []), ...converted];
  return charts.map((chart) => ({
    ...chart,
    chartHome: homes.chartHome,
    namespace: [chart.namespace, fields.namespace].find(Boolean) ?? namespace,
  }));
}
