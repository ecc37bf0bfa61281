import { type FileTree, readText } from '../base/filetree.ts';

export interface StarterOptions {
  /** Name of the delivery and of its app: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Branch that `dev` follows; main by default. */
  readonly branch?: string;
  /** Folder of the repository with the program, and how to build it: by a command, or by a Dockerfile in it; without it, the chart must name a registry image. */
  readonly image?: { readonly path: string; readonly build?: string; readonly dockerfile?: string };
  /** What the container runs. */
  readonly command?: readonly string[];
  readonly port?: number;
  /** Folder of plain manifests, '' for the root; without it, the starter chart is written. */
  readonly manifests?: string;
}

const CHART_SOURCE = 'chart: chart\n      values: ["chart/values/${environment}.yaml"]';

/** Environments of a new delivery; a values file is written for each. */
const ENVIRONMENTS = ['dev', 'preprod', 'prod'] as const;

/**
 * The files that `pilotage init` writes, by path: a pilotage.yaml, the chart in `chart/`, a values file for each environment.
 * For plain manifests only the pilotage.yaml. `web` is the tree of the chart `charts/web` of this package: the one chart is both the example and the start.
 */
export function starterFiles(web: FileTree, options: StarterOptions): Readonly<Record<string, string>> {
  if (options.manifests !== undefined) return { 'pilotage.yaml': pilotageYaml(options) };
  const chart = web.paths.map((path): [string, string] => [`chart/${path}`, readText(web, path) ?? '']);
  const files = Object.fromEntries(chart);
  return {
    ...files,
    'chart/Chart.yaml': chartYaml(options.name),
    'chart/values.yaml': withAnswers(files['chart/values.yaml'] ?? '', options),
    ...Object.fromEntries(ENVIRONMENTS.map((name) => [`chart/values/${name}.yaml`, environmentValues(name)])),
    'pilotage.yaml': pilotageYaml(options),
  };
}

const chartYaml = (name: string): string => `apiVersion: v2
name: ${name}
description: The chart of ${name}
type: application
version: 0.1.0
`;

const environmentValues = (
  name: string,
): string => `# What is different in ${name}. Everything else stands in chart/values.yaml.
replicas: ${name === 'dev' ? 1 : 2}
`;

function withAnswers(values: string, { command, port }: StarterOptions): string {
  const started = command
    ? values.replace(/^command: \[\]$/m, () => `command: ${JSON.stringify(command)}`)
    : values;
  // On one machine a node port is the URL that a person can open.
  const commanded = started.replace(/^( +type:) ClusterIP$/m, '$1 NodePort');
  return port === undefined ? commanded : commanded.replace(/^port: \d+$/m, `port: ${port}`);
}

function pilotageYaml({ name, branch = 'main', image, manifests }: StarterOptions): string {
  const build = image?.dockerfile
    ? `, dockerfile: ${JSON.stringify(image.dockerfile)}`
    : image?.build
      ? `, build: ${JSON.stringify(image.build)}`
      : '';
  const images = image ? `  images:\n    web: {path: ${JSON.stringify(image.path)}${build}}\n` : '';
  return `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata:
  name: ${name}
spec:
  environments:
    - name: dev
      branch: ${branch}
    - name: preprod
      branch: preprod
      promotion: {from: dev, gates: {healthy: 30s}}
    - name: prod
      branch: prod
      promotion: {from: preprod, gates: {approvals: 1}}
${images}  apps:
    - name: ${name}
      ${manifests === undefined ? CHART_SOURCE : `path: ${JSON.stringify(manifests || '.')}`}
`;
}
