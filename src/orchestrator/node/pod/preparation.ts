import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../base/clock.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Container, Pod, Service } from '../../../kube/kinds/objects.ts';
import { SERVICES } from '../../../kube/kinds/resources.ts';
import { StatusError } from '../../../kube/values/status.ts';
import { openTo, openToAll, type PodConfinement } from '../runtime/process/confinement/pods.ts';
import type { ImageStore } from '../runtime/process/images/store.ts';
import { expand, findProgram } from '../runtime/process/program.ts';
import { workingDirectory } from '../runtime/process/workingdirectory.ts';
import type { ContainerRef, StartRequest } from '../runtime/runtime.ts';
import { buildEnvironment } from '../spec/environment.ts';
import { environmentReferences, mergeReferences, volumeReferences } from '../spec/references.ts';
import { type NodeServices, serviceEnvironment, unservedReference } from '../spec/serviceenvironment.ts';
import { readSources, type Sources } from '../spec/sources.ts';
import { mountVolumes, writeVolumes } from '../spec/volumes.ts';
import { rootDir, volumesDir } from './podrecord.ts';

export interface PreparationInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly ref: ContainerRef;
  readonly backOffMs: number;
  readonly restarts: number;
  readonly podIP: string;
  readonly hostIP: string;
  readonly nodeName: string;
  readonly root: string;
  readonly images: Pick<ImageStore, 'resolve'>;
  readonly client: KubeClient;
  readonly clock: Clock;
  /** What every container gets: PATH …. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  readonly services: NodeServices;
  readonly nodeResources: Readonly<Record<string, string>>;
  readonly confinement: PodConfinement;
  /** What the attempt before was started with: used again while the API cannot say what is right now. */
  readonly before: Pick<StartRequest, 'argv' | 'env' | 'cwd' | 'image' | 'sandbox'> | undefined;
}

/** Reasons are those of a waiting container, as the kubelet words them. */
export type Preparation =
  | { readonly ok: true; readonly request: StartRequest }
  | {
      readonly ok: false;
      readonly reason:
        | 'ErrImagePull'
        | 'CreateContainerConfigError'
        | 'CreateContainerError'
        | 'RunContainerError';
      readonly message: string;
    };

const fault = (reason: Extract<Preparation, { ok: false }>['reason'], message: string): Preparation => ({
  ok: false,
  reason,
  message,
});

/** Everything that must be true before a container can be run: its image, what it refers to, its files, its program. */
export async function prepare(input: PreparationInput): Promise<Preparation> {
  const { pod, container, ref, backOffMs, restarts, before } = input;
  const image = input.images.resolve(container.image ?? '');
  if (image.type === 'missing') return fault('ErrImagePull', image.message);
  const references = mergeReferences(environmentReferences(container), volumeReferences(pod));
  const { namespace = '' } = pod.metadata;
  let sources: Sources;
  let services: readonly Service[];
  try {
    [sources, services] = await Promise.all([
      readSources(input.client, namespace, references),
      input.client.list(SERVICES, { namespace }).then(({ items }) => items),
    ]);
  } catch (error) {
    if (before && isUnanswered(error)) return { ok: true, request: { ...before, ref, backOffMs, restarts } };
    const why = error instanceof Error ? error.message : String(error);
    return fault('CreateContainerConfigError', `ConfigMaps, Secrets and Services cannot be read: ${why}`);
  }
  const late = await unservedAfter(SERVED_MS, services, input);
  if (late) return fault('CreateContainerConfigError', `Service "${late}" is not served on this node yet`);
  return assemble(input, sources, services, image.type === 'host' ? undefined : image);
}

/** A Service that came with the pod is in effect within milliseconds; nobody could tell the program of it later. */
const SERVED_MS = 2_000;
const LOOK_MS = 10;

async function unservedAfter(
  ms: number,
  services: readonly Service[],
  { clock, services: node }: PreparationInput,
): Promise<string | undefined> {
  const deadline = clock.monotonic() + ms;
  for (;;) {
    const late = services.find((service) => !node.isServing(service));
    if (!late || clock.monotonic() >= deadline) return late?.metadata.name;
    await sleep(clock, LOOK_MS);
  }
}

/** The API is away or cannot answer now; a refusal is an answer. */
const isUnanswered = (error: unknown): boolean =>
  !(error instanceof StatusError) || error.code >= 500 || error.code === 429;

/** `image` undefined: the host's own programs. */
function assemble(
  input: PreparationInput,
  sources: Sources,
  services: readonly Service[],
  image: { readonly path: string; readonly digest: string } | undefined,
): Preparation {
  const { container, ref, backOffMs, restarts } = input;
  const root = rootDir(input.root, ref.pod, container.name);
  const environment = buildEnvironment({
    ...input,
    ...sources,
    base: {
      ...(input.pod.spec.enableServiceLinks === false
        ? {}
        : serviceEnvironment(input.services.addresses(), input.pod.metadata.namespace ?? '')),
      ...hostEnvironmentOf(input, root),
      ...own(input, root),
    },
  });
  if (!environment.ok) return fault('CreateContainerConfigError', environment.message);
  const unwritten = writeFiles(input, sources, root);
  if (unwritten) return fault('CreateContainerConfigError', unwritten);
  const cwd = workingDirectory(container, { root, ...(image ? { image: image.path } : {}) });
  if (!isDirectory(cwd)) {
    return fault(
      'CreateContainerError',
      `workingDir "${container.workingDir}" does not exist in image "${container.image}" (${cwd})`,
    );
  }
  const { env } = environment;
  const linked = input.pod.spec.enableServiceLinks === false ? [] : services;
  const unserved = unservedReference(textsOf(container), env, linked);
  if (unserved) return fault('CreateContainerConfigError', unserved);
  const [name, ...args] = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    expand(word, env),
  );
  if (name === undefined) {
    return fault(
      'RunContainerError',
      `container "${container.name}" names no command, and image "${container.image}" has none of its own: say \`command:\``,
    );
  }
  const program = findProgram(name, cwd, env.PATH);
  if (!program.ok) return fault('RunContainerError', program.message);
  return {
    ok: true,
    request: {
      ref,
      argv: [program.path, ...args],
      env,
      cwd,
      image: { reference: container.image ?? '', digest: image?.digest ?? '' },
      backOffMs,
      restarts,
      sandbox: input.confinement.sandbox(input.pod.metadata.namespace ?? '', {
        readOnly: image ? [image.path] : [],
        writable: [root, volumesDir(input.root, ref.pod)],
      }),
    },
  };
}

/** Everything of a container in which variables are expanded. */
const textsOf = ({ command = [], args = [], env = [] }: Container): readonly string[] => [
  ...command,
  ...args,
  ...env.flatMap(({ value }) => value ?? []),
];

/** Who does not run as the agent's user, or sees nothing of that one's home, has a home of its own. */
function hostEnvironmentOf(
  { hostEnvironment, confinement, pod }: PreparationInput,
  root: string,
): Readonly<Record<string, string>> {
  const { type } = confinement.sandbox(pod.metadata.namespace ?? '', { readOnly: [], writable: [] });
  if (type === 'none') return hostEnvironment;
  const { USER: _user, TMPDIR: _tmp, ...rest } = hostEnvironment;
  return { ...rest, HOME: root };
}

/** The words by which a program learns where it is; a container's own env may override them. */
function own({ pod, container, podIP }: PreparationInput, root: string): Record<string, string> {
  const port = container.ports?.[0]?.containerPort;
  return {
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name ?? '',
    HOST: podIP,
    POD_IP: podIP,
    ...(port === undefined ? {} : { PORT: String(port) }),
    PILOTAGE_ROOT: root,
  };
}

function writeFiles(input: PreparationInput, sources: Sources, root: string): string | undefined {
  const volumes = volumesDir(input.root, input.ref.pod);
  const user = input.confinement.userOf(input.pod.metadata.namespace ?? '');
  mkdirSync(volumes, { recursive: true });
  const fault =
    writeVolumes(volumes, { ...input, ...sources, ...(user === undefined ? {} : { owner: user }) }) ??
    mountVolumes(root, volumes, input.container);
  if (fault || user === undefined) return fault;
  // Last: what has been written stays the agent's, so nothing that a program does leads the next start elsewhere.
  openToAll(root);
  openTo(user, join(input.root, input.ref.pod));
  return undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
