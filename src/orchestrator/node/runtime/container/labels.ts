import type { ContainerRef } from '../spec.ts';

/** What the engine keeps with each container, so that the next agent, or `pilotage down`, knows whose it is. */

const LABEL = {
  agent: 'dev.pilotage.agent',
  pod: 'dev.pilotage.pod',
  container: 'dev.pilotage.container',
  attempt: 'dev.pilotage.attempt',
  relay: 'dev.pilotage.relay',
} as const;

export type Labels = Readonly<Record<string, string>>;

/** `agent`: what its records name themselves by (`records.ts`), for the engine may have containers of several. */
export const ownedBy = (agent: string): string => `${LABEL.agent}=${agent}`;
export const ofPod = (pod: string): string => `${LABEL.pod}=${pod}`;

export const sandboxLabels = (agent: string, pod: string): Labels => ({
  [LABEL.agent]: agent,
  [LABEL.pod]: pod,
});

export const containerLabels = (agent: string, { pod, container, attempt }: ContainerRef): Labels => ({
  ...sandboxLabels(agent, pod),
  [LABEL.container]: container,
  [LABEL.attempt]: String(attempt),
});

/** `version` is another one where the relay would be another container. */
export const relayLabels = (agent: string, version: string): Labels => ({
  [LABEL.agent]: agent,
  [LABEL.relay]: version,
});

export const relayVersionOf = (labels: Labels | null | undefined): string | undefined =>
  labels?.[LABEL.relay];

export const podOf = (labels: Labels | null | undefined): string | undefined => labels?.[LABEL.pod];

/** undefined: it is the sandbox of a pod. */
export function refOf(labels: Labels | null | undefined): ContainerRef | undefined {
  const container = labels?.[LABEL.container];
  if (!labels || container === undefined) return undefined;
  return { pod: labels[LABEL.pod] ?? '', container, attempt: Number(labels[LABEL.attempt]) };
}

/** Names of containers are known to the whole engine. */
export const sandboxName = (agent: string, pod: string): string => `pilotage-${agent}-${pod}`;

/** What all pods of the agent share. */
export const sharedName = (agent: string, what: 'network' | 'relay'): string => `pilotage-${agent}-${what}`;

export const containerName = (agent: string, { pod, container, attempt }: ContainerRef): string =>
  `${sandboxName(agent, pod)}-${container}-${attempt}`;
