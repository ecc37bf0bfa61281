import type { DaemonSet, Node, Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { decideDaemonSet } from '../../../../src/orchestrator/controllers/daemonset/decide.ts';
import { type Spread, spread } from '../../../../src/orchestrator/controllers/daemonset/nodes.ts';
import { newPod } from '../../../../src/orchestrator/controllers/daemonset/template.ts';
import { ago, NOW } from '../notation.ts';

/** `log` in `shop`. */
export function daemonSet(spec: object = {}, podSpec: object = {}): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'log', namespace: 'shop', uid: 'set', generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'log' } },
      template: {
        metadata: { labels: { app: 'log' } },
        spec: { containers: [{ name: 'main', image: 'v1' }], ...podSpec },
      },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      ...spec,
    },
  };
}

/** `n1`, or with taints: `n1 NoExecute=gpu`, and labels: `n1 disk:fast`. */
export function node(text: string): Node {
  const [name = '', ...facts] = text.split(' ');
  const taints = facts.flatMap((fact) => {
    const [effect = '', key] = fact.split('=');
    return key === undefined ? [] : [{ key, effect: effect as 'NoExecute' }];
  });
  const labels = facts.filter((fact) => fact.includes(':')).map((fact) => fact.split(':'));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: Object.fromEntries(labels) as Record<string, string> },
    spec: { taints },
  };
}

/**
 * `n1 ready old`: a pod on a node, its state (waiting: not on the node yet; running, ready, fresh: ready for 5 seconds, failed, succeeded,
 * leaving, ended: failed and being deleted) and its template, new where none is given. Those that are listed first are the oldest.
 */
function podOf(set: DaemonSet, text: string, position: number): Pod {
  const [name = '', state = '', template = 'new'] = text.split(' ');
  const pod = newPod(set, name, template);
  const isReady = ['ready', 'fresh', 'leaving'].includes(state);
  const phases: Record<string, string> = {
    failed: 'Failed',
    ended: 'Failed',
    succeeded: 'Succeeded',
    waiting: 'Pending',
  };
  const since = ago(state === 'fresh' ? 5 : 1000);
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${name}-${template}-${position}`,
      creationTimestamp: ago(1000 - position),
      ...(state === 'leaving' || state === 'ended' ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { ...pod.spec, ...(state === 'waiting' ? {} : { nodeName: name }) },
    status: {
      phase: (phases[state] ?? 'Running') as 'Running',
      conditions: isReady ? [{ type: 'Ready', status: 'True', lastTransitionTime: since }] : [],
    },
  };
}

export function observed(set: DaemonSet, nodes: readonly string[], pods: readonly string[]): Spread {
  const made = pods.map((text, i) => podOf(set, text, i));
  return spread(set, 'new', nodes.map(node), made, NOW);
}

/** `+n1`, `-n1 old` for a pod that is deleted. */
export function steps(
  set: DaemonSet,
  nodes: readonly string[],
  pods: readonly string[],
  backOffMs = 0,
): readonly string[] {
  return decideDaemonSet(observed(set, nodes, pods), () => backOffMs).actions.map((action) =>
    action.type === 'create'
      ? `+${action.node}`
      : `-${action.pod.metadata.name?.split('-').slice(0, 2).join(' ')}`,
  );
}
