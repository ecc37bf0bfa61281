/** What the checks of the Pod Security Standards have in common (k8s.io/pod-security-admission `policy`), and the words of their findings. */
import type { Container, EphemeralContainer, PodSpec } from '../../../../kube/kinds/objects.data.ts';

/** A pod, or what a workload makes pods of. */
export interface CheckedPod {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

export type AnyContainer = Container | EphemeralContainer;

export interface Violation {
  /** In a few words: `host namespaces`. */
  readonly reason: string;
  /** Where, and which values: `hostNetwork=true`. */
  readonly detail: string;
}

export type CheckPod = (pod: CheckedPod) => Violation | undefined;

export const exceptOnWindows =
  (check: CheckPod): CheckPod =>
  (pod) =>
    pod.spec.os?.name === 'windows' ? undefined : check(pod);

/** Root of a user namespace is nobody on its node (KEP-127). */
export const exceptInUserNamespace =
  (check: CheckPod): CheckPod =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : check(pod);

export const allContainers = ({
  initContainers = [],
  containers,
  ephemeralContainers = [],
}: PodSpec): readonly AnyContainer[] => [...initContainers, ...containers, ...ephemeralContainers];

/** The names of those of which it holds. */
export const containersWhere = (
  spec: PodSpec,
  isBad: (container: AnyContainer) => boolean,
): readonly string[] =>
  allContainers(spec)
    .filter(isBad)
    .map(({ name }) => name);

export const sorted = (texts: Iterable<string>): readonly string[] => [...new Set(texts)].sort();

export const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ');

/** `volume "a"`, `volumes "a", "b"` */
export const named = (word: string, names: readonly string[]): string =>
  `${plural(word, names.length)} ${quoted(names)}`;

export const plural = (word: string, count: number): string => (count === 1 ? word : `${word}s`);

/** `pod and container "a"`: who sets what must not be set; empty where nobody does. */
export const setters = (isPodOne: boolean, containers: readonly string[]): string =>
  [...(isPodOne ? ['pod'] : []), ...(containers.length > 0 ? [named('container', containers)] : [])].join(
    ' and ',
  );
