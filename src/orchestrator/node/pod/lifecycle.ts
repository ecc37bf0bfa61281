import type { ContainerRef } from '../runtime/spec.ts';
import { isPlanned, nextBackOff, restartAt } from './backoff.ts';
import {
  allContainers as all,
  type ContainerView,
  exitCodeOfAttempt,
  hasBegun,
  isRunning,
  isSidecar,
  type PodView,
} from './view.ts';

/** What the agent has to do now for one pod. */
export type Action =
  | {
      readonly type: 'start';
      readonly container: string;
      readonly attempt: number;
      readonly backOffMs: number;
      readonly restarts: number;
    }
  /** preStop, SIGTERM, and SIGKILL when `deadline` (ms since the epoch) comes. */
  | { readonly type: 'stop'; readonly container: string; readonly deadline: number; readonly message: string }
  /** It is being stopped, by a deadline that has come nearer since. */
  | { readonly type: 'kill'; readonly ref: ContainerRef }
  /** Nothing of the pod runs, and nothing of it will: tell the API for the last time and forget it. */
  | { readonly type: 'finish' };

export interface Step {
  readonly actions: readonly Action[];
  /** When time alone changes the answer, in ms since the epoch. */
  readonly wakeAt?: number;
}

/**
 * The whole life of a pod as one function of what is: called after every change, it says what is left to do. States only move forward:
 * an attempt that has ended is never run again (a new one gets the next number), and a pod that ends starts nothing.
 */
export function step(view: PodView, now: number): Step {
  if (view.ending) return end(view, view.ending.deadline, now);
  const terminal = terminalPhase(view);
  if (terminal) return { actions: stopAll(view, now, 'the pod has come to its end') };
  const ephemeral = view.ephemeralContainers.map((one) => keep(view, one, now, 'Never'));
  return merge([...killUnhealthy(view, now), ...advance(view, now), ...ephemeral]);
}

/** However near the deadline, a container gets this long to stop (kubelet minimumGracePeriodInSeconds). */
const MINIMUM_MS = 2_000;

function end(view: PodView, deadline: number, now: number): Step {
  const left = all(view).filter((one) => isRunning(one) || one.starting);
  if (left.length === 0) return { actions: [{ type: 'finish' }] };
  const killAt = deadline + MINIMUM_MS;
  const actions = left.filter(isRunning).flatMap((one): Action[] => {
    if (!one.stopping) return [{ type: 'stop', container: one.name, deadline, message: 'the pod ends' }];
    return now >= killAt && one.current ? [{ type: 'kill', ref: one.current.ref }] : [];
  });
  return { actions, wakeAt: Math.max(killAt, now + AGAIN_MS) };
}

/** A kill does not fail, but a process that forks meanwhile may slip through. */
const AGAIN_MS = 1_000;

function stopAll(view: PodView, now: number, message: string): Action[] {
  return all(view)
    .filter((one) => isRunning(one) && !one.stopping)
    .map((one) => ({ type: 'stop', container: one.name, deadline: now + graceMs(view), message }));
}

function killUnhealthy(view: PodView, now: number): Step[] {
  return all(view).flatMap((one) => {
    if (!one.unhealthy || one.stopping || !isRunning(one)) return [];
    const deadline = now + (one.unhealthy.graceMs ?? graceMs(view));
    return [{ actions: [{ type: 'stop', container: one.name, deadline, message: one.unhealthy.message }] }];
  });
}

export const graceMs = (view: Pick<PodView, 'pod'>): number =>
  (view.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;

/**
 * Init containers one after the other; then all others at once. Sidecars count as done when they have started, and are kept up from
 * then on without holding back the containers that they were started for.
 */
function advance(view: PodView, now: number): Step[] {
  const steps: Step[] = [];
  const begun = hasBegun(view);
  for (const one of view.initContainers) {
    const sidecar = isSidecar(view.pod, one.name);
    if (begun && !sidecar) continue;
    if (sidecar || !succeeded(one)) steps.push(keep(view, one, now, sidecar ? 'Always' : initPolicy(view)));
    if (!begun && (sidecar ? !one.started : !succeeded(one))) return steps;
  }
  return [...steps, ...view.containers.map((one) => keep(view, one, now, policyOf(view)))];
}

type Policy = 'Always' | 'OnFailure' | 'Never';
const policyOf = (view: PodView): Policy => view.pod.spec.restartPolicy ?? 'Always';
/** An init container is run until it succeeds, unless nothing of the pod may be run twice. */
const initPolicy = (view: PodView): Policy => (policyOf(view) === 'Never' ? 'Never' : 'OnFailure');

export const succeeded = (one: ContainerView): boolean =>
  one.current !== undefined && exitCodeOfAttempt(one.current) === 0;

function mayRestart(one: ContainerView, policy: Policy): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && !succeeded(one));
}

/** Brings one container to running: the first attempt, or the next when the policy allows and the back-off is over. */
function keep(view: PodView, one: ContainerView, now: number, policy: Policy): Step {
  const { current, blocked } = one;
  if (one.starting || (current && (isRunning(one) || !mayRestart(one, policy)))) return { actions: [] };
  if (lacksServices(view, one)) return { actions: [] };
  const at = Math.max(current ? restartAt(current, now) : 0, blocked?.retryAt ?? 0);
  if (at > now) return { actions: [], wakeAt: at };
  return {
    actions: [
      {
        type: 'start',
        container: one.name,
        attempt: current ? current.ref.attempt + 1 : 0,
        backOffMs: current ? nextBackOff(current) : 0,
        restarts: current ? current.restarts + (isPlanned(current) ? 0 : 1) : 0,
      },
    ],
  };
}

/**
 * A program learns where the Services of its namespace are when it starts, and never again: nothing starts before they have been read
 * (kubelet `kubelet_pods.go`: "services have not yet been read at least once"). What has crashed meanwhile is started with those of before.
 */
export function lacksServices({ servicesUnread }: PodView, { current }: ContainerView): boolean {
  if (servicesUnread === undefined) return false;
  return servicesUnread === 'none' || current === undefined || isPlanned(current);
}

/** Succeeded or Failed when nothing of the pod will ever run again. */
export function terminalPhase(view: PodView): 'Succeeded' | 'Failed' | undefined {
  const failedInit = view.initContainers.some(
    (one) =>
      !isSidecar(view.pod, one.name) && isOver(one) && !succeeded(one) && !mayRestart(one, initPolicy(view)),
  );
  if (failedInit) return 'Failed';
  if (view.containers.length === 0) return undefined;
  if (!view.containers.every((one) => isOver(one) && !mayRestart(one, policyOf(view)))) return undefined;
  return view.containers.every(succeeded) ? 'Succeeded' : 'Failed';
}

const isOver = (one: ContainerView): boolean => one.current !== undefined && !isRunning(one);

function merge(steps: readonly Step[]): Step {
  const wakes = steps.flatMap((one) => (one.wakeAt === undefined ? [] : [one.wakeAt]));
  return {
    actions: steps.flatMap((one) => one.actions),
    ...(wakes.length > 0 ? { wakeAt: Math.min(...wakes) } : {}),
  };
}
