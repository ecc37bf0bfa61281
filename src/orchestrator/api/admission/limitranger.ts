import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
} from '../../../kube/kinds/objects.data.ts';
import { podAmounts } from '../../../kube/kinds/podspec/amounts.ts';
import { amountsOf, type ResourceList } from '../../../kube/values/amounts.ts';
import { namespacePrefix } from '../../store/keys.ts';
import type { Store } from '../../store/types.ts';
import { forbidden } from '../errors.ts';
import { limitProblems } from './limits.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.ts';

/**
 * Pods get the requests and limits that a LimitRange of their namespace says, and keep, as claims do, within what it allows (Kubernetes
 * `plugin/pkg/admission/limitranger`).
 */
export function limitRanger(store: Pick<Store, 'latestIn'>): AdmissionPlugin {
  const rangesOf = ({ object }: AdmissionAttributes): readonly LimitRange[] =>
    store
      .latestIn(namespacePrefix('', 'limitranges', object.metadata.namespace ?? ''))
      .map((entry) => entry.object as LimitRange);
  return {
    name: 'LimitRanger',
    mutate(attributes) {
      if (!isLimited(attributes) || attributes.kind.plural !== 'pods') return attributes.object;
      return rangesOf(attributes).reduce(withDefaults, attributes.object as Pod);
    },
    validate(attributes) {
      if (!isLimited(attributes)) return;
      for (const range of rangesOf(attributes)) {
        const problems = [...new Set(range.spec.limits.flatMap((item) => problemsOf(item, attributes)))];
        if (problems.length === 0) continue;
        const why = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
        throw forbidden(attributes.kind, attributes.object.metadata.name ?? '', why);
      }
    },
  };
}

/** What a pod needs changes through its own subresource only; what is on its way out is let go. */
function isLimited({ operation, kind, subresource, live }: AdmissionAttributes): boolean {
  if (kind.group !== '' || operation === 'DELETE' || live?.metadata.deletionTimestamp !== undefined)
    return false;
  if (kind.plural === 'persistentvolumeclaims') return subresource === undefined;
  if (kind.plural !== 'pods') return false;
  return operation === 'CREATE' ? subresource === undefined : subresource === 'resize';
}

function problemsOf(item: LimitRangeItem, { kind, object }: AdmissionAttributes): readonly string[] {
  if (kind.plural === 'persistentvolumeclaims') {
    const requests = amountsOf((object as PersistentVolumeClaim).spec?.resources?.requests);
    return item.type === 'PersistentVolumeClaim' ? limitProblems(item, { requests }) : [];
  }
  const { spec } = object as Pod;
  if (item.type === 'Pod') {
    return limitProblems(item, {
      requests: podAmounts(spec, 'requests'),
      limits: podAmounts(spec, 'limits'),
    });
  }
  if (item.type !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    limitProblems(item, { requests: amountsOf(resources?.requests), limits: amountsOf(resources?.limits) }),
  );
}

const ANNOTATION = 'kubernetes.io/limit-ranger';

interface Defaults {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

function withDefaults(pod: Pod, { spec }: LimitRange): Pod {
  const items = spec.limits.filter(({ type }) => type === 'Container');
  const defaults: Defaults = {
    requests: Object.assign({}, ...items.map((item) => item.defaultRequest ?? {})),
    limits: Object.assign({}, ...items.map((item) => item.default ?? {})),
  };
  const said: string[] = [];
  const complete = (word: string) => (container: Container) => {
    said.push(...newcomers(container, defaults, word));
    return completed(container, defaults);
  };
  const containers = pod.spec.containers.map(complete('container'));
  const initContainers = pod.spec.initContainers?.map(complete('init container'));
  if (said.length === 0) return pod;
  const annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}`,
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations },
    spec: { ...pod.spec, containers, ...(initContainers ? { initContainers } : {}) },
  };
}

const SIDES = ['requests', 'limits'] as const;

/** `cpu, memory request for container web` */
const newcomers = ({ name, resources }: Container, defaults: Defaults, word: string): readonly string[] =>
  SIDES.flatMap((side) => {
    const added = Object.keys(defaults[side]).filter((one) => resources?.[side]?.[one] === undefined);
    return added.length === 0 ? [] : [`${added.sort().join(', ')} ${side.slice(0, -1)} for ${word} ${name}`];
  });

function completed(container: Container, defaults: Defaults): Container {
  const { resources } = container;
  const merged = SIDES.map((side) => [side, { ...defaults[side], ...resources?.[side] }] as const);
  const known = merged.filter(([, list]) => Object.keys(list).length > 0);
  return known.length === 0
    ? container
    : { ...container, resources: { ...resources, ...Object.fromEntries(known) } };
}
