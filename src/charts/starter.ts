import type { FileTree } from '../base/filetree.ts';
import { chartFrom, imageOf } from './starters.ts';

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
  /** A Dockerfile that sets no user: its program is root, and may need to write where it is. */
  readonly rootedBy?: string;
  /** Delivered as it is; without it, the starter chart is written. */
  readonly existing?: Existing;
}

/** What a repository holds already. Folders are '' for the root. */
export type Existing =
  | { readonly type: 'manifests'; readonly path: string }
  | { readonly type: 'overlays'; readonly overlays: readonly Overlay[] }
  | { readonly type: 'compose'; readonly values: readonly string[] }
  | { readonly type: 'charts'; readonly charts: readonly ExistingChart[] };

/** A kustomization, and the environment that it is for. */
export interface Overlay {
  readonly name: string;
  readonly path: string;
}

export interface ExistingChart {
  readonly path: string;
  readonly isHelm: boolean;
  /** Its values files, with `${environment}` for the name. */
  readonly values: readonly string[];
}

/** Environments of a new delivery; a values file is written for each. */
const ENVIRONMENTS = ['dev', 'preprod', 'prod'] as const;

/**
 * The files that `pilotage init` writes, by path: a pilotage.yaml, the chart in `chart/`, a values file for each environment.
 * Beside what exists, only the pilotage.yaml and values files that set nothing yet. `starter` is the chart to start from (`starters.ts`).
 * @throws ProblemError where the name cannot be that of a chart
 */
export function starterFiles(starter: FileTree, options: StarterOptions): Readonly<Record<string, string>> {
  const { existing } = options;
  if (existing) return { ...emptyValues(existing), 'pilotage.yaml': pilotageYaml(options, existing, 'web') };
  const chart = chartFrom(starter, options.name);
  const values = withAnswers(chart['values.yaml'] ?? '', options);
  return {
    ...Object.fromEntries(Object.entries(chart).map(([path, text]) => [`chart/${path}`, text])),
    'chart/values.yaml': values,
    ...Object.fromEntries(
      ENVIRONMENTS.map((name) => [`chart/values/${name}.yaml`, environmentValues(name, values)]),
    ),
    'pilotage.yaml': pilotageYaml(options, STARTER, imageOf(values)),
  };
}

const STARTER: Existing = {
  type: 'charts',
  charts: [{ path: 'chart', isHelm: false, values: ['chart/values/${environment}.yaml'] }],
};

/** A values file for each environment, by path: which values there are, only who wrote the chart knows. */
function emptyValues(existing: Existing): Readonly<Record<string, string>> {
  const files = ENVIRONMENTS.flatMap((name) => {
    if (existing.type === 'compose')
      return filesOf(existing.values, name, `The variables of the compose file in ${name}, as in TAG: "2".`);
    if (existing.type !== 'charts') return [];
    return existing.charts.flatMap(({ path, values }) =>
      filesOf(
        values,
        name,
        `What is different in ${name}. Everything else stands in ${path ? `${path}/` : ''}values.yaml.`,
      ),
    );
  });
  return Object.fromEntries(files);
}

const filesOf = (values: readonly string[], environment: string, comment: string): [string, string][] =>
  values
    .filter((file) => file.includes('${environment}'))
    .map((file) => [file.replaceAll('${environment}', environment), `# ${comment}\n`]);

/** What runs in replicas runs in one for trying it out. */
function environmentValues(name: string, values: string): string {
  const replicas = /^replicas:/m.test(values) ? `replicas: ${name === 'dev' ? 1 : 2}\n` : '';
  return `# What is different in ${name}. Everything else stands in chart/values.yaml.\n${replicas}`;
}

function withAnswers(values: string, { command, port, rootedBy }: StarterOptions): string {
  const started = command
    ? values.replace(/^command: \[\]$/m, () => `command: ${JSON.stringify(command)}`)
    : values;
  // On one machine a node port is the URL that a person can open.
  const opened = started.replace(/^( +type:) ClusterIP$/m, '$1 NodePort');
  const asRoot = rootedBy === undefined ? opened : opened.replace(SECURITY, () => rootedValues(rootedBy));
  return port === undefined ? asRoot : asRoot.replace(/^port: \d+$/m, `port: ${port}`);
}

/** Both security contexts of a starter, with the comment before them. */
const SECURITY = /(?:^#.*\n)*^podSecurityContext:\n(?: .*\n)+^securityContext:\n(?: .*\n)+/m;

const rootedValues = (dockerfile: string): string =>
  `# ${dockerfile} sets no USER, so its program is root in the container. Once it sets one, say so:
# podSecurityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
podSecurityContext: {}
securityContext: {allowPrivilegeEscalation: false}
`;

function pilotageYaml(
  { name, branch = 'main', image }: StarterOptions,
  existing: Existing,
  imageName: string,
): string {
  const build = image?.dockerfile
    ? `, dockerfile: ${JSON.stringify(image.dockerfile)}`
    : image?.build
      ? `, build: ${JSON.stringify(image.build)}`
      : '';
  const images = image ? `  images:\n    ${imageName}: {path: ${JSON.stringify(image.path)}${build}}\n` : '';
  const stages =
    existing.type === 'overlays' ? existing.overlays : ENVIRONMENTS.map((stage) => ({ name: stage }));
  return `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata:
  name: ${name}
spec:
  environments:
${environmentsYaml(stages, branch)}${images}${appsYaml(name, existing)}`;
}

/** Each is promoted from the one before; a person approves the last. */
function environmentsYaml(
  stages: readonly { readonly name: string; readonly path?: string }[],
  branch: string,
): string {
  const entries = stages.map(({ name, path }, index) => {
    const from = stages[index - 1]?.name;
    const gates = index === stages.length - 1 ? '{approvals: 1}' : '{healthy: 30s}';
    return [
      `    - name: ${name}`,
      `      branch: ${from === undefined ? branch : name}`,
      ...(path === undefined ? [] : [`      path: ${JSON.stringify(path)}`]),
      ...(from === undefined ? [] : [`      promotion: {from: ${from}, gates: ${gates}}`]),
    ];
  });
  return `${entries.flat().join('\n')}\n`;
}

/** Without apps, an environment delivers its folder. */
function appsYaml(name: string, existing: Existing): string {
  if (existing.type === 'overlays') return '';
  const apps = appsOf(name, existing).map(
    ({ app, source, values }) =>
      `    - name: ${app}\n      ${source}\n${values.length > 0 ? `      values: ${listOf(values)}\n` : ''}`,
  );
  return `  apps:\n${apps.join('')}`;
}

interface StarterApp {
  readonly app: string;
  readonly source: string;
  readonly values: readonly string[];
}

function appsOf(name: string, existing: Exclude<Existing, { type: 'overlays' }>): readonly StarterApp[] {
  if (existing.type === 'manifests')
    return [{ app: name, source: `path: ${JSON.stringify(existing.path || '.')}`, values: [] }];
  if (existing.type === 'compose') return [{ app: name, source: 'path: "."', values: existing.values }];
  return existing.charts.map(({ path, values }) => ({
    app: existing.charts.length === 1 ? name : (path.split('/').at(-1) ?? name),
    source: `chart: ${/^[\w/-]+$/.test(path) ? path : JSON.stringify(path || '.')}`,
    values,
  }));
}

const listOf = (texts: readonly string[]): string =>
  `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
