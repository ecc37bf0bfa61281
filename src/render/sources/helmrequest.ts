import { failed, ok, type Result } from '../../base/errors.ts';
import { readText } from '../../base/filetree.ts';
import type { GivenFile, GivenValues } from '../../charts/helm/given.ts';
import { type HelmChart, loadChart } from '../../charts/helm/load.ts';
import { isTable, overridesOf } from '../../charts/helm/values.ts';
import { valuesFileMissing } from '../../charts/values.ts';
import { goDialect } from '../helm/dialect.ts';
import type { HelmRequest } from '../helm/render.ts';
import type { SourceRequest, ValuesRequest } from './source.ts';

/** Releases of Helm differ; this is the one that delivered charts are rendered as. */
export const RELEASE = 4;

export interface OpenedHelmChart {
  readonly chart: HelmChart;
  readonly given: GivenValues;
}

/** The chart that a request names, and what it sets. */
export function openHelmChart(request: ValuesRequest): Result<OpenedHelmChart> {
  const files = givenFiles(request);
  if (!files.ok) return files;
  const chart = loadChart(request.tree, request.path, { dialect: goDialect, version: RELEASE });
  if (!chart.ok) return chart;
  return ok({ chart: chart.value, given: { files: files.value, ...overridesIn(request) } });
}

/** What Helm would be asked. */
export function helmRequest(request: SourceRequest, opened: OpenedHelmChart): HelmRequest {
  const { kubeVersion, apiVersions } = request.capabilities;
  return {
    ...opened,
    release: { name: request.app, namespace: request.namespace, isUpgrade: false },
    cluster: { kubeVersion, ...(apiVersions.length > 0 ? { apiVersions } : {}) },
    helm: RELEASE,
    made: request.made,
    lookups: request.lookedUp,
    chance: request.chance,
    blot: request.blot,
    explain: request.explain !== undefined,
  };
}

function overridesIn({ overrides }: ValuesRequest): Pick<GivenValues, 'overrides'> {
  const values = overridesOf(overrides ?? {});
  return isTable(values) ? { overrides: values } : {};
}

function givenFiles({ tree, valuesFiles }: ValuesRequest): Result<GivenFile[]> {
  const files: GivenFile[] = [];
  for (const file of valuesFiles) {
    const text = readText(tree, file);
    if (text === undefined) return failed(valuesFileMissing(file));
    files.push({ file, text });
  }
  return ok(files);
}
