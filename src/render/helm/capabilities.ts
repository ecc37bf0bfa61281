import type { HelmVersion } from '../../charts/helm/dialect.ts';
import { define } from '../gotemplate/functions/define.ts';
import { type GoSlice, Struct, strings, typed, type Value } from '../gotemplate/values.ts';
import { API_VERSIONS } from './apiversions.data.ts';

/** The cluster that a chart is rendered for. */
export interface Cluster {
  /** `v1.33.1`, with whatever its vendor writes behind it; absent: the release that Helm assumes. */
  readonly kubeVersion?: string;
  /** `apps/v1` and `apps/v1/Deployment`: all that a cluster serves. Absent: nobody has asked one, and those that Helm assumes are there. */
  readonly apiVersions?: readonly string[];
  /** Of `--api-versions`: besides. */
  readonly moreApiVersions?: readonly string[];
}

export interface KubeVersion {
  /** As the cluster says it, with a `v`. */
  readonly version: string;
  /** Numbers alone: what ranges are compared with. */
  readonly normalized: string;
  readonly major: string;
  readonly minor: string;
}

/** Of both releases of Helm: that of the client-go that they are built with. */
const ASSUMED = 'v1.36.0';

/** What `.Capabilities.HelmVersion` says. */
const BUILDS = {
  3: { Version: 'v3.21.4', GitCommit: '', GitTreeState: '', GoVersion: 'go1.26.8' },
  4: {
    Version: 'v4.2.4',
    GitCommit: '',
    GitTreeState: '',
    GoVersion: 'go1.26.8',
    KubeClientVersion: 'v1.36',
  },
} as const;
const JSON_NAMES: Readonly<Record<string, string>> = {
  Version: 'version',
  GitCommit: 'git_commit',
  GitTreeState: 'git_tree_state',
  GoVersion: 'go_version',
  KubeClientVersion: 'kube_client_version',
};

/** A version of Kubernetes, undefined for a text that is none (`ParseGeneric` of k8s.io/apimachinery). */
export function parseKubeVersion(text: string, helm: HelmVersion): KubeVersion | undefined {
  const [, numbers] = /^\s*v?((?:0|[1-9]\d*)(?:\.\d+)+)/.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  const parts = numbers.split('.').map((part) => String(Number(part)));
  const normalized = `v${parts.join('.')}`;
  const version = helm === 3 ? normalized : text.startsWith('v') ? text : `v${text}`;
  return { version, normalized, major: parts[0] ?? '', minor: parts[1] ?? '' };
}

export const kubeVersionOf = (
  { kubeVersion = ASSUMED }: Cluster,
  helm: HelmVersion,
): KubeVersion | undefined => parseKubeVersion(kubeVersion, helm);

/** `.Capabilities` (pkg/chart/common/capabilities.go). */
export function capabilitiesOf(kube: KubeVersion, cluster: Cluster, helm: HelmVersion): Struct {
  const room = helm === 3 ? 'chartutil' : 'common';
  const { apiVersions = API_VERSIONS, moreApiVersions = [] } = cluster;
  const known = [...apiVersions, ...moreApiVersions];
  const has = new Set(known);
  const versions: GoSlice = typed([...known], {
    name: `${room}.VersionSet`,
    element: 'string',
    methods: { Has: define(['string'], ([name]) => has.has(name)) },
  });
  const build = new Map(Object.entries(BUILDS[helm]));
  const fields = new Map<string, Value>([
    ['KubeVersion', kubeVersionStruct(kube, room, helm)],
    ['APIVersions', versions],
    [
      'HelmVersion',
      new Struct({ name: 'version.BuildInfo' }, build, {
        json: () =>
          ordered([...build].flatMap(([key, text]) => (text === '' ? [] : [[JSON_NAMES[key] ?? key, text]]))),
      }),
    ],
  ]);
  return new Struct({ name: `*${room}.Capabilities` }, fields);
}

function kubeVersionStruct(kube: KubeVersion, room: string, helm: HelmVersion): Struct {
  const { version, normalized, major, minor } = kube;
  const methods = { String: define([], () => normalized), GitVersion: define([], () => version) };
  const hidden = helm === 4 ? [['normalizedVersion', normalized] as const] : [];
  const fields = [['Version', version], ...hidden, ['Major', major], ['Minor', minor]] as const;
  return new Struct({ name: `${room}.KubeVersion`, methods }, new Map<string, Value>(fields), {
    json: () =>
      ordered([
        ['Version', version],
        ['Major', major],
        ['Minor', minor],
      ]),
  });
}

/** Members that are written in this order; those of a map are sorted. */
const ordered = (members: readonly (readonly [string, Value])[]): Struct =>
  new Struct({ name: '' }, new Map(members));

/** The names of `--api-versions`, which may each be several. */
export const splitApiVersions = (given: readonly string[]): readonly string[] =>
  strings(given.flatMap((one) => one.split(','))).map(String);
