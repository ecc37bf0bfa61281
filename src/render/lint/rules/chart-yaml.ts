import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { isVersion } from '../../helm/ranges.ts';
import { metadataOf } from '../chartfile.ts';
import type { Remark, Rule } from '../rule.ts';

/** One thing that is wrong, at the pointer of the member. */
type Complaint = readonly [pointer: string, message: string, remedy?: string];

/** What `helm lint` checks of a Chart.yaml (pkg/chart/v2/lint/rules/chartfile.go), but the icon. */
export const chartYaml: Rule = {
  name: 'chart-yaml',
  severity: 'error',
  finds:
    'A Chart.yaml that Helm would refuse: name, version, apiVersion, type, maintainers, sources, dependencies.',
  remedy: 'Correct the field.',
  reasons: ['InvalidChart', 'ChartMissing'],
  check(subject) {
    const metadata = metadataOf(subject);
    // What the render refuses of it is reported already.
    const isRefused = subject.problems.some(({ reason }) => reason === 'InvalidChart');
    if (!metadata || isRefused) return [];
    return CHECKS.flatMap((check) => check(metadata.data)).map(
      ([pointer, message, remedy]): Remark => ({
        message,
        place: metadata.at(pointer),
        ...(remedy ? { remedy } : {}),
      }),
    );
  },
};

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const CHECKS: readonly ((data: JsonObject) => readonly Complaint[])[] = [
  ({ name }) =>
    typeof name === 'string' && /^[a-zA-Z0-9._-]+$/.test(name)
      ? []
      : [['/name', 'name must be letters, digits, dots, dashes and underscores', 'Write name: my-chart.']],
  ({ version }) =>
    typeof version === 'string' && isVersion(version)
      ? []
      : [['/version', `version must be a semantic version, as text: ${JSON.stringify(version ?? null)}`]],
  ({ apiVersion }) =>
    apiVersion === 'v1' || apiVersion === 'v2'
      ? []
      : [['/apiVersion', 'apiVersion must be v2, or v1 for a chart of Helm 2', 'Write apiVersion: v2.']],
  ({ appVersion }) =>
    appVersion === undefined || typeof appVersion === 'string'
      ? []
      : [['/appVersion', 'appVersion must be text', 'Put it in quotes: 1.10 is the number 1.1.']],
  ({ apiVersion, type }) =>
    apiVersion === 'v1' && type !== undefined
      ? [['/type', 'type is not for a chart of apiVersion v1', 'Write apiVersion: v2.']]
      : [],
  ({ apiVersion, dependencies }) =>
    apiVersion === 'v1' && dependencies !== undefined
      ? [
          [
            '/dependencies',
            'A chart of apiVersion v1 has its dependencies in requirements.yaml',
            'Write apiVersion: v2.',
          ],
        ]
      : [],
  ({ maintainers }) =>
    list(maintainers).flatMap((one, index): Complaint[] => {
      const at = `/maintainers/${index}`;
      if (!isObject(one) || !one.name) return [[at, 'Each maintainer needs a name']];
      if (one.email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(String(one.email)))
        return [[`${at}/email`, `${String(one.email)} is no address of mail`]];
      return one.url === undefined || URL.canParse(String(one.url))
        ? []
        : [[`${at}/url`, `${String(one.url)} is no URL`]];
    }),
  ({ sources }) =>
    list(sources).flatMap((one, index): Complaint[] =>
      /^(https?|ftp|git|ssh|oci):/.test(String(one)) && URL.canParse(String(one))
        ? []
        : [[`/sources/${index}`, `${String(one)} is no URL`]],
    ),
  ({ icon }) =>
    icon === undefined || icon === '' || URL.canParse(String(icon))
      ? []
      : [['/icon', `${String(icon)} is no URL`]],
];
