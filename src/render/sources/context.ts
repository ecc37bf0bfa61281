import type { ScopedChart } from '../../charts/scope.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Context } from '../engine.ts';
import type { RenderRequest } from '../types.ts';

/**
 * What all templates of a chart see, under Helm's names, and `Pilotage` besides.
 * A render is a function of the commit, so Release says what `helm template` says: revision 1, an install.
 */
export function contextOf(
  scoped: ScopedChart,
  request: RenderRequest,
  { seesRevision }: { readonly seesRevision: boolean },
): Context {
  const { raw } = scoped.chart.metadata;
  const { kubeVersion, apiVersions } = request.capabilities;
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(kubeVersion) ?? [];
  return {
    Values: scoped.values.data,
    Release: {
      Name: request.app,
      Namespace: request.namespace,
      Service: 'Pilotage',
      Revision: 1,
      IsInstall: true,
      IsUpgrade: false,
    },
    Chart: { ...raw, ...capitalised(raw) },
    Capabilities: {
      KubeVersion: {
        Version: withoutBuild(kubeVersion),
        GitVersion: kubeVersion,
        Major: major,
        Minor: minor,
      },
      APIVersions: apiVersions,
    },
    Pilotage: {
      delivery: request.delivery,
      environment: request.environment,
      ...(request.preview
        ? { preview: { slug: request.preview.slug, host: request.preview.host ?? '' } }
        : {}),
      ...(seesRevision ? { revision: request.revision } : {}),
    },
  };
}

/** `v1.33.1+k3s1` → `v1.33.1`, as Helm 4 has it: a vendor's build is no part of the release. */
const withoutBuild = (version: string): string => version.replace(/\+.*$/, '');

/** Go templates see Chart.yaml's fields with a capital (`Chart.AppVersion`), the file writes them without: both work. */
const capitalised = (raw: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key.slice(0, 1).toUpperCase() + key.slice(1), value]),
  );

/**
 * `{{image "web"}}`: what the delivery builds for this target; where it builds nothing (a real cluster), what the environment's
 * values name under `images`: a reference, or {repository, tag, digest}.
 */
export function imageFrom(
  name: string,
  built: Readonly<Record<string, string>>,
  root: Context,
): string | undefined {
  if (Object.hasOwn(built, name)) return built[name];
  const values = isObject(root.Values) ? root.Values.images : undefined;
  const named = isObject(values) && Object.hasOwn(values, name) ? values[name] : undefined;
  if (typeof named === 'string' && named !== '') return named;
  if (isObject(named) && typeof named.repository === 'string' && named.repository !== '') {
    const { repository, tag, digest } = named;
    return digest ? `${repository}@${digest}` : tag ? `${repository}:${tag}` : repository;
  }
  return undefined;
}
