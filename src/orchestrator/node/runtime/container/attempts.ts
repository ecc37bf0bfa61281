import type { Clock } from '../../../../base/clock.ts';
import type { Attempt, AttemptState, StartFault, StartResult } from '../runtime.ts';
import type { ContainerRef, ContainerSpec, Mount, RestartCount } from '../spec.ts';
import { attemptState } from './attemptstate.ts';
import { containerRequest, type EngineTraits } from './createrequest.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import type { InspectedContainer } from './engine/types.ts';
import { containerName, ofPod, ownedBy, refOf } from './labels.ts';
import { tailOf } from './logs.ts';
import { realMounts } from './realmounts.ts';
import type { AttemptRecord, Records } from './records.ts';
import type { Sandboxes } from './sandboxes.ts';
import { seccompOption } from './seccomp.ts';
import { rootProblem } from './security.ts';

export interface AttemptsOptions {
  readonly records: Records;
  readonly sandboxes: Sandboxes;
  readonly traitsOf: (engine: Engine) => EngineTraits;
  /** Of the machine. */
  readonly bootId: string;
  /** Paths of the node that no container may get at, beside the engine's socket. */
  readonly hidden: readonly string[];
  /** The directory in there below which the node keeps volumes that outlive pods; absent: it keeps none. */
  readonly keptVolumes?: string | undefined;
  /** The node's folder of seccomp profiles. */
  readonly seccompProfiles: string;
  /** The sandbox of a pod has another address. */
  readonly onMoved: (pod: string) => void;
  readonly clock: Clock;
}

/** Containers of an engine, each an attempt; what the engine cannot say of them is in `Records`. All reject when the engine fails. */
export interface Attempts {
  /** Oldest first. */
  list(engine: Engine, pod: string): Promise<readonly Attempt[]>;
  find(engine: Engine, ref: ContainerRef): Promise<InspectedContainer | undefined>;
  start(engine: Engine, spec: ContainerSpec): Promise<StartResult>;
  startAgain(engine: Engine, previous: ContainerRef, count: RestartCount): Promise<StartResult | undefined>;
  signal(engine: Engine, ref: ContainerRef, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  forget(engine: Engine, ref: ContainerRef): Promise<void>;
  forgetPod(pod: string): void;
}

type Ended = Exclude<AttemptState, { type: 'running' }>;

export function createAttempts(options: AttemptsOptions): Attempts {
  const { records, sandboxes, traitsOf, bootId, hidden, keptVolumes, seccompProfiles, onMoved, clock } =
    options;
  /** What has ended does not change any more. By pod, then by name. */
  const ended = new Map<string, Map<string, Attempt>>();
  const find = (engine: Engine, ref: ContainerRef) => engine.inspect(containerName(records.agent, ref));

  async function attemptOf(engine: Engine, record: AttemptRecord): Promise<Attempt | undefined> {
    const { ref } = record.spec;
    const name = containerName(records.agent, ref);
    const known = ended.get(ref.pod)?.get(name);
    if (known) return known;
    const state = attemptState({ container: await engine.inspect(name), record, bootId });
    if (!state) return undefined;
    const attempt = { ...described(engine, record), state };
    if (state.type === 'running') return attempt;
    const whole = { ...attempt, ...(await outputOf(engine, record.spec, state)) };
    const own = ended.get(ref.pod) ?? new Map<string, Attempt>();
    ended.set(ref.pod, own.set(name, whole));
    return whole;
  }

  async function list(engine: Engine, pod: string): Promise<readonly Attempt[]> {
    const recorded = await recover(engine, pod, records.attempts(pod));
    const all = await Promise.all(recorded.map((record) => attemptOf(engine, record)));
    return all.flatMap((one) => one ?? []);
  }

  async function outputOf(
    engine: Engine,
    { ref, tty = false }: ContainerSpec,
    state: Ended,
  ): Promise<{ output?: string }> {
    const said = records.message(ref);
    if (said !== '') return { output: said };
    if (state.type !== 'exited' || state.exitCode === 0) return {};
    const printed = await tailOf(engine, clock, { name: containerName(records.agent, ref), tty });
    return printed === '' ? {} : { output: printed };
  }

  async function run(engine: Engine, spec: ContainerSpec): Promise<StartResult> {
    const { ref } = spec;
    const sandbox = sandboxes.find(ref.pod);
    if (!sandbox) throw new Error(`pod ${ref.pod} has no sandbox: run it first`);
    const mounts = realMounts(spec.mounts, {
      volumesDir: sandbox.volumesDir,
      hidden: [...hidden, engine.socketPath],
      keptVolumes,
    });
    if (!mounts.ok) return fault('CreateContainerConfigError', mounts.message);
    const image = await engine.image(spec.image.digest);
    const asRoot = rootProblem(spec.security, image);
    if (asRoot) return fault('CreateContainerConfigError', asRoot);
    const seccomp = seccompOption(engine.name, spec.security.seccomp, seccompProfiles);
    if (!seccomp.ok) return fault('CreateContainerError', seccomp.message);
    const target = targetOf(spec);
    if (spec.target !== undefined && target === undefined)
      return fault('CreateContainerError', `unable to find target container "${spec.target}"`);
    const { id: sandboxId, address } = await sandboxes.running(engine, sandbox);
    if (address !== sandbox.address) {
      // What this container was to be started with names the address of before.
      onMoved(ref.pod);
      throw new Error(`the network of pod ${ref.pod} was begun anew`);
    }
    const name = containerName(records.agent, ref);
    // Of an agent that died before it knew whether the container runs.
    await engine.remove(name);
    records.writeAttempt({ spec, bootId });
    const message =
      spec.terminationMessagePath === undefined
        ? []
        : [{ source: records.createMessage(ref), target: spec.terminationMessagePath, readOnly: false }];
    const request = containerRequest({
      agent: records.agent,
      spec,
      sandbox,
      sandboxId,
      ...(target === undefined ? {} : { target }),
      ...(seccomp.option === undefined ? {} : { seccomp: seccomp.option }),
      mounts: [...mounts.mounts, ...message, ...nameMounts(records, spec)],
      traits: traitsOf(engine),
      imageUser: image?.Config?.User ?? '',
    });
    const created = await engine
      .create(name, request)
      .catch((error: unknown) => faultOf(error, 'CreateContainerError'));
    return typeof created === 'string' ? launched(engine, spec, created) : created;
  }

  /** The latest attempt of the container whose processes it is to see. */
  function targetOf({ ref, target }: ContainerSpec): string | undefined {
    const latest = records.attempts(ref.pod).findLast((one) => one.spec.ref.container === target);
    return latest && containerName(records.agent, latest.spec.ref);
  }

  /** Nothing more is asked of the engine: Podman cannot say what a container is that ends just then, and it would be started again. */
  async function launched(engine: Engine, spec: ContainerSpec, id: string): Promise<StartResult> {
    const startedAt = clock.now();
    try {
      await engine.start(containerName(records.agent, spec.ref));
    } catch (error) {
      return faultOf(error, 'RunContainerError');
    }
    records.writeAttempt({ spec, bootId, startedAt, id });
    return { ok: true };
  }

  async function start(engine: Engine, spec: ContainerSpec): Promise<StartResult> {
    const result = await run(engine, spec);
    if (!result.ok) {
      await engine.remove(containerName(records.agent, spec.ref));
      records.forgetAttempt(spec.ref);
    }
    return result;
  }

  return {
    find,
    start,
    list,
    async startAgain(engine, previous, count) {
      const spec = records.attempt(previous)?.spec;
      const ref = { ...previous, attempt: previous.attempt + 1 };
      return spec && start(engine, { ...spec, ...count, ref });
    },
    async signal(engine, ref, signal) {
      const container = await find(engine, ref);
      if (container?.State.Status !== 'running') return;
      await engine.kill(container.Id, signal === 'SIGTERM' ? stopSignal(container) : signal);
    },
    async forget(engine, ref) {
      await engine.remove(containerName(records.agent, ref));
      records.forgetAttempt(ref);
      ended.get(ref.pod)?.delete(containerName(records.agent, ref));
    },
    forgetPod: (pod) => void ended.delete(pod),
  };

  /** An agent that died between the start of a container and its record would take it for one that was never started. */
  async function recover(
    engine: Engine,
    pod: string,
    recorded: readonly AttemptRecord[],
  ): Promise<readonly AttemptRecord[]> {
    if (recorded.every(({ startedAt }) => startedAt !== undefined)) return recorded;
    const listed = await engine.list([ownedBy(records.agent), ofPod(pod)]);
    for (const { Labels, State, Id } of listed) {
      const ref = refOf(Labels);
      const record = ref && records.attempt(ref);
      if (!record || record.startedAt !== undefined || State === 'created') continue;
      const begun = Date.parse((await engine.inspect(Id))?.State.StartedAt ?? '');
      records.writeAttempt({ ...record, startedAt: begun || clock.now(), id: Id });
    }
    return records.attempts(pod);
  }
}

/** A container that mounts something there itself has that (kubelet `kubelet_pods.go` shouldMountHostsFile). */
const nameMounts = (records: Records, { ref, mounts }: ContainerSpec): readonly Mount[] =>
  Object.entries(NAME_FILES).flatMap(([target, file]) =>
    mounts.some((mount) => mount.target === target)
      ? []
      : [{ source: records.nameFile(ref.pod, file), target, readOnly: false }],
  );

const NAME_FILES = { '/etc/hosts': 'hosts.txt', '/etc/resolv.conf': 'resolv.conf' } as const;

function described(engine: Engine, { spec, startedAt = 0, id = '' }: AttemptRecord): Omit<Attempt, 'state'> {
  const { ref, image, backOffMs, restarts } = spec;
  return { ref, id: `${engine.name}://${id}`, startedAt, image, backOffMs, restarts };
}

/** STOPSIGNAL of the image (the kubelet leaves it to the runtime). */
const stopSignal = ({ Config }: InspectedContainer): string => String(Config.StopSignal || 'SIGTERM');

const fault = (reason: StartFault['reason'], message: string): StartFault => ({ ok: false, reason, message });

/** A refusal of the engine is the container's reason for waiting; an engine that is not there is not. */
function faultOf(error: unknown, reason: StartFault['reason']): StartFault {
  if (error instanceof EngineError) return fault(reason, error.message);
  throw error;
}
