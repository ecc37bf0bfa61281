import type { ContainerStatus, PodPhase } from '../../../kube/kinds/objects.data.ts';
import { type Condition, type NewCondition as Fact, transition } from '../../../kube/values/condition.ts';
import type { PodView } from './view.ts';
import { isSidecar } from './view.ts';

/** True while containers of the pod listen on the wildcard address, where they answer for every pod of the machine. */
const WILDCARD_ADDRESS = 'pilotage.dev/WildcardAddress';
/**
 * Of containers without startup and readiness probes, which are ready as soon as they run: whether they have been seen to listen on the
 * ports that they declare. It is there, and False, before the first check.
 */
export const LISTENING = 'pilotage.dev/Listening';

export interface ConditionInput {
  readonly view: PodView;
  readonly phase: PodPhase;
  readonly initDone: boolean;
  readonly containerStatuses: readonly ContainerStatus[];
  readonly initContainerStatuses: readonly ContainerStatus[];
  readonly before: readonly Condition[];
  readonly now: number;
}

/** The types that this agent writes; PodScheduled is the scheduler's too, and true wherever an agent has the pod. */
const OWN = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  WILDCARD_ADDRESS,
  LISTENING,
]);

/**
 * A patch of conditions: the API merges them by their type, and would keep the reason of a False condition that is True now (kubelet
 * `util/pod/pod.go` patches with nulls too). Those of other writers stay as they are.
 */
export const conditionsPatch = (conditions: readonly Condition[]): readonly object[] =>
  conditions.map((one) => (OWN.has(one.type) ? { reason: null, message: null, ...one } : one));

/** Our own conditions as we know them, those of other writers as the API has them. */
export const withForeign = (own: readonly Condition[], api: readonly Condition[]): readonly Condition[] => [
  ...own.filter(({ type }) => OWN.has(type)),
  ...api.filter(({ type }) => !OWN.has(type)),
];

/** Those of the agent with Kubernetes' reasons (kubelet `status/generate.go`), those of other writers as they are. */
export function podConditions(input: ConditionInput): readonly Condition[] {
  const { before, now } = input;
  const containers = containersReady(input);
  const facts: Fact[] = [
    {
      type: 'PodReadyToStartContainers',
      status: input.view.ending?.reason === 'deleted' && !hasRunning(input) ? 'False' : 'True',
    },
    initialized(input),
    ready(input, containers),
    containers,
    { type: 'PodScheduled', status: 'True' },
    ...wildcard(input),
    ...listening(input),
  ];
  const own = facts.map((fact) => transition(fact, before, now));
  const disruption = disruptionOf(input.view);
  if (!disruption) return withForeign(own, before);
  const others = before.filter(({ type }) => type !== disruption.type);
  return [...withForeign(own, others), transition(disruption, before, now)];
}

/** Others write this condition too: the agent does of the pods that it evicts (kubelet `eviction_manager.go`). */
function disruptionOf({ ending }: PodView): Fact | undefined {
  if (!ending?.failure?.isDisruption) return undefined;
  const { message } = ending.failure;
  return { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message };
}

const hasRunning = ({ containerStatuses }: ConditionInput): boolean =>
  containerStatuses.some((one) => one.state?.running !== undefined);

/** A sidecar is past its start when it has started, any other init container when it has ended well (kubelet `status/generate.go`). */
function initialized({ phase, initDone, initContainerStatuses, view }: ConditionInput): Fact {
  const type = 'Initialized';
  if (initDone)
    return phase === 'Succeeded'
      ? { type, status: 'True', reason: 'PodCompleted' }
      : { type, status: 'True' };
  const names = initContainerStatuses
    .filter(({ name, started, ready }) => (isSidecar(view.pod, name) ? !started : !ready))
    .map(({ name }) => name);
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${names.join(' ')}]`,
  };
}

function containersReady({ phase, containerStatuses }: ConditionInput): Fact {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const unready = containerStatuses.filter((one) => !one.ready).map((one) => one.name);
  if (unready.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function ready({ view, before }: ConditionInput, containers: Fact): Fact {
  const type = 'Ready';
  if (view.wildcards.length > 0)
    return { type, status: 'False', reason: 'ListensOnWildcard', message: wildcardMessage(view) };
  if (containers.status !== 'True') return { ...containers, type };
  const gates = view.pod.spec.readinessGates ?? [];
  const unmet = gates.filter(
    (gate) => before.find((one) => one.type === gate.conditionType)?.status !== 'True',
  );
  if (unmet.length === 0) return { type, status: 'True' };
  const names = unmet.map((gate) => `"${gate.conditionType}"`).join(', ');
  return {
    type,
    status: 'False',
    reason: 'ReadinessGatesNotReady',
    message: `the status of pod readiness gate ${names} is not "True"`,
  };
}

export function wildcardMessage(view: Pick<PodView, 'wildcards' | 'podIP'>): string {
  const found = view.wildcards
    .map(({ container, port }) => `container ${container} listens on port ${port}`)
    .join(', ');
  return `${found} of every address of this machine (0.0.0.0), where it would answer for other pods, so it does not become ready. Listen on $HOST (${view.podIP}) alone; in Express: app.listen(PORT, HOST)`;
}

function listening({ view, phase }: ConditionInput): Fact[] {
  const type = LISTENING;
  if (view.listening === undefined || phase === 'Succeeded' || phase === 'Failed') return [];
  const { lacking } = view.listening;
  return lacking.length === 0
    ? [{ type, status: 'True' }]
    : [{ type, status: 'False', reason: 'NotListening', message: lacking.join(', ') }];
}

/** Shown from the first time on, also when it is over: who looks later shall see that it was so. */
function wildcard({ view, before }: ConditionInput): Fact[] {
  const type = WILDCARD_ADDRESS;
  if (view.wildcards.length > 0) {
    return [{ type, status: 'True', reason: 'ListensOnWildcard', message: wildcardMessage(view) }];
  }
  return before.some((condition) => condition.type === type)
    ? [{ type, status: 'False', reason: 'ListensOnPodIP' }]
    : [];
}
