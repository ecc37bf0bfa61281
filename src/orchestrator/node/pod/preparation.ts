import { mkdirSync } from 'node:fs';
import { type Clock, sleep } from '../../../base/clock.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Container, Pod, Service } from '../../../kube/kinds/objects.data.ts';
import { SERVICES } from '../../../kube/kinds/resources.data.ts';
import { isUnanswered } from '../../../kube/values/status.ts';
import type { PodRuntime, PullFault, StartFault } from '../runtime/runtime.ts';
import type { ContainerRef, ContainerSpec, ImageRef, RestartCount, Sandbox } from '../runtime/spec.ts';
import { buildEnvironment } from '../spec/environment.ts';
import { expand } from '../spec/expand.ts';
import { fileOwnersOf, isRoot } from '../spec/fileowners.ts';
import { mountsOf, traitsOf } from '../spec/mounts.ts';
import { environmentReferences, mergeReferences, volumeReferences } from '../spec/references.ts';
import { resourcesOf } from '../spec/resources.ts';
import { securityOf } from '../spec/security.ts';
import { type NodeServices, serviceEnvironment, unservedReference } from '../spec/serviceenvironment.ts';
import { readSources, type Sources } from '../spec/sources.ts';
import type { PodTokens, TokensByKey } from '../spec/tokens.ts';
import { giveClaimed, writeVolumes } from '../spec/volumes.ts';
import type { RecordPodEvent } from './events.ts';
import { pullFor } from './pulls.ts';

export interface PreparationInput extends RestartCount {
  readonly pod: Pod;
  readonly container: Container;
  readonly ref: ContainerRef;
  readonly sandbox: Sandbox;
  readonly hostIP: string;
  readonly nodeName: string;
  readonly runtime: Pick<PodRuntime, 'pullImage' | 'environment'>;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly services: NodeServices;
  readonly tokens: PodTokens;
  readonly nodeResources: Readonly<Record<string, string>>;
  readonly recordEvent: RecordPodEvent;
  readonly localVolumes: string;
  /** Aborts when the container is not to be started any more. */
  readonly signal: AbortSignal;
}

export type Preparation =
  | { readonly type: 'ready'; readonly spec: ContainerSpec }
  /** The API cannot say now what the container refers to: an earlier attempt may be repeated. */
  | { readonly type: 'unanswered'; readonly fault: Fault }
  | { readonly type: 'fault'; readonly fault: Fault };

/** Reasons are those of a waiting container, as the kubelet words them. */
export interface Fault {
  readonly reason: PullFault['reason'] | StartFault['reason'];
  readonly message: string;
}

const faulty = (reason: Fault['reason'], message: string): Extract<Preparation, { type: 'fault' }> => ({
  type: 'fault',
  fault: { reason, message },
});

/** Everything that must be true before a container can be started: its image, what it refers to, its files. */
export async function prepare(input: PreparationInput): Promise<Preparation> {
  const { pod, container } = input;
  const pulled = await pullFor(input);
  if (!pulled.ok) {
    const { fault } = faulty(pulled.reason, pulled.message);
    return { type: pulled.isUnanswered ? 'unanswered' : 'fault', fault };
  }
  const references = mergeReferences(environmentReferences(container), volumeReferences(pod));
  const { namespace = '' } = pod.metadata;
  let sources: Sources;
  let services: readonly Service[];
  let tokens: TokensByKey;
  try {
    [sources, services, tokens] = await Promise.all([
      readSources(input.client, namespace, references),
      input.client.list(SERVICES, { namespace }).then(({ items }) => items),
      input.tokens.of(pod),
    ]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { fault } = faulty(
      'CreateContainerConfigError',
      `ConfigMaps, Secrets, claims, Services and tokens cannot be read: ${why}`,
    );
    return { type: isUnanswered(error) ? 'unanswered' : 'fault', fault };
  }
  const late = await unservedAfter(SERVED_MS, services, input);
  if (late) return faulty('CreateContainerConfigError', `Service "${late}" is not served on this node yet`);
  return assemble(input, { ...sources, tokens }, services, pulled.image);
}

/** A Service that came with the pod takes effect within milliseconds; the program cannot learn of it later. */
const SERVED_MS = 2_000;
const CHECK_MS = 10;

async function unservedAfter(
  ms: number,
  services: readonly Service[],
  { clock, services: node }: PreparationInput,
): Promise<string | undefined> {
  const deadline = clock.monotonic() + ms;
  for (;;) {
    const late = services.find((service) => !node.isServing(service));
    if (!late || clock.monotonic() >= deadline) return late?.metadata.name;
    await sleep(clock, CHECK_MS);
  }
}

async function assemble(
  input: PreparationInput,
  sources: Sources & { readonly tokens: TokensByKey },
  services: readonly Service[],
  image: ImageRef,
): Promise<Preparation> {
  const { pod, container, sandbox, ref, backOffMs, restarts } = input;
  const hasLinks = pod.spec.enableServiceLinks !== false;
  const place = { ...input, ...sources, podIP: sandbox.address };
  const environment = buildEnvironment({ ...place, base: await baseOf(input, hasLinks) });
  if (!environment.ok) return faulty('CreateContainerConfigError', environment.message);
  const { env } = environment;
  const { volumesDir } = sandbox;
  mkdirSync(volumesDir, { recursive: true });
  const volumes = { ...place, owners: fileOwnersOf(pod, sandbox, isRoot()) };
  const unwritten = (await giveClaimed(volumesDir, volumes)) ?? writeVolumes(volumesDir, volumes);
  if (unwritten) return faulty('CreateContainerConfigError', unwritten);
  const mounts = mountsOf(container, volumesDir, (name) => traitsOf(pod, name));
  if (!mounts.ok) return faulty('CreateContainerConfigError', mounts.message);
  const unserved = unservedReference(textsOf(container), env, hasLinks ? services : []);
  if (unserved) return faulty('CreateContainerConfigError', unserved);
  const expanded = (words: readonly string[] = []) => words.map((word) => expand(word, env));
  return {
    type: 'ready',
    spec: {
      ref,
      image,
      command: expanded(container.command),
      args: expanded(container.args),
      ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
      env,
      mounts: mounts.mounts,
      resources: resourcesOf(container),
      security: securityOf(pod, container),
      ...inputOf(container),
      ...messageOf(container),
      ...targetOf(pod, container),
      backOffMs,
      restarts,
    },
  };
}

const messageOf = ({ terminationMessagePath }: Container): Pick<ContainerSpec, 'terminationMessagePath'> =>
  terminationMessagePath ? { terminationMessagePath } : {};

function targetOf({ spec }: Pod, { name }: Container): Pick<ContainerSpec, 'target'> {
  const target = spec.ephemeralContainers?.find((one) => one.name === name)?.targetContainerName;
  return target ? { target } : {};
}

const inputOf = ({ stdin, stdinOnce, tty }: Container): Pick<ContainerSpec, 'input' | 'tty'> => ({
  ...(stdin ? { input: stdinOnce ? 'once' : 'open' } : {}),
  ...(tty ? { tty } : {}),
});

/** What the container's own variables may refer to and override: addresses of Services, and what the runtime adds. */
async function baseOf(
  { pod, container, sandbox, runtime, services }: PreparationInput,
  hasLinks: boolean,
): Promise<Readonly<Record<string, string>>> {
  const ports = (container.ports ?? []).map(({ containerPort }) => containerPort);
  return {
    ...serviceEnvironment(services.addresses(sandbox.network), pod.metadata.namespace ?? '', hasLinks),
    ...(await runtime.environment(sandbox, { name: container.name, ports })),
  };
}

/** Everything of a container in which variables are expanded. */
const textsOf = ({ command = [], args = [], env = [] }: Container): readonly string[] => [
  ...command,
  ...args,
  ...env.flatMap(({ value }) => value ?? []),
];
