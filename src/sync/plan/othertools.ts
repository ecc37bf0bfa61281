import type { KubeObject } from '../../kube/values/types.ts';

/** Tools whose objects a person may take over by name: `--from argocd`. */
export const TOOLS = ['helm', 'argocd', 'flux'] as const;
export type ToolName = (typeof TOOLS)[number];

/** Which object of another tool says that a live object is its own. */
export interface ToolMark {
  readonly tool: ToolName;
  readonly kind: 'Release' | 'Application' | 'Kustomization' | 'HelmRelease';
  readonly name: string;
  readonly namespace?: string;
}

const HELM = 'meta.helm.sh/';
const ARGO = 'argocd.argoproj.io/tracking-id';
const FLUX = ['kustomize', 'helm'].map((part) => `${part}.toolkit.fluxcd.io/`);

/** Whose an object is, as its marks tell; an object of a HelmRelease is of a release and of Flux. */
export function toolsOf({ metadata }: KubeObject): readonly ToolMark[] {
  const { annotations = {}, labels = {} } = metadata;
  const release = annotations[`${HELM}release-name`];
  const application = annotations[ARGO];
  return [
    ...FLUX.flatMap((prefix, i) =>
      mark(
        'flux',
        i === 0 ? 'Kustomization' : 'HelmRelease',
        labels[`${prefix}name`],
        labels[`${prefix}namespace`],
      ),
    ),
    ...(application === undefined ? [] : argoMark(application)),
    ...mark('helm', 'Release', release, annotations[`${HELM}release-namespace`]),
  ];
}

/**
 * `shop:apps/Deployment:shop-prod/web`; an Application of another namespace than Argo CD's is `NAMESPACE_NAME`
 * (argo-cd `util/argo/resource_tracking.go`, `docs/operator-manual/app-any-namespace.md`).
 */
function argoMark(tracking: string): readonly ToolMark[] {
  const [app = ''] = tracking.split(':');
  const at = app.indexOf('_');
  return at < 0
    ? mark('argocd', 'Application', app)
    : mark('argocd', 'Application', app.slice(at + 1), app.slice(0, at));
}

const mark = (
  tool: ToolName,
  kind: ToolMark['kind'],
  name: string | undefined,
  namespace?: string,
): readonly ToolMark[] => (name ? [{ tool, kind, name, ...(namespace ? { namespace } : {}) }] : []);

const CALLED: Readonly<Record<ToolName, string>> = { helm: 'Helm', argocd: 'Argo CD', flux: 'Flux' };

/** `Argo CD Application argocd/shop` */
export const formatTool = ({ tool, kind, name, namespace }: ToolMark): string =>
  `${CALLED[tool]} ${kind} ${namespace ? `${namespace}/` : ''}${name}`;

const BOOKKEEPERS = [
  'pilotage.dev/',
  HELM,
  ARGO,
  ...FLUX,
  'kubectl.kubernetes.io/last-applied-configuration',
];
/** Helm writes it on what it installs (helm `pkg/action/validate.go`). */
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** An object without what tools, and Pilotage, write on it to know it again. */
export function withoutBookkeeping(object: KubeObject): KubeObject {
  const { annotations, labels, ...metadata } = object.metadata;
  const [notes, names] = [kept(annotations), kept(labels)];
  return {
    ...object,
    metadata: { ...metadata, ...(notes ? { annotations: notes } : {}), ...(names ? { labels: names } : {}) },
  };
}

function kept(marks: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  const left = Object.entries(marks ?? {}).filter(
    ([key, value]) =>
      !BOOKKEEPERS.some((start) => key.startsWith(start)) && !(key === MANAGED_BY && value === 'Helm'),
  );
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}
