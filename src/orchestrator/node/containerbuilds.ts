/** Images that the engine of this machine builds: what `compose/images.ts` hands to sync. */
import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { KeyedMutex, Slots } from '../../base/mutex.ts';
import { buildImage, type ContainerBuild, calledOff } from './runtime/container/build.ts';
import type { Engine } from './runtime/container/engine/engine.ts';
import { createEngineFinder } from './runtime/container/engine/find.ts';
import { pushImage } from './runtime/container/push.ts';
import { openPushedImages } from './runtime/container/pushedimages.ts';
import { repositoryOf } from './runtime/repository.ts';
import type { RegistryCredential } from './runtime/runtime.ts';
import { credentialsFor, type Keyring, keyringOf, readDockerConfig } from './spec/keyring.ts';

export interface ContainerBuilderOptions {
  /** Paths of sockets on which an engine may answer, the first that does is it. */
  readonly sockets: readonly string[];
  /** Where it is kept what was pushed. */
  readonly dir: string;
  /** Whose images they are: an engine may be shared. */
  readonly owner: string;
  /** Why the disk is too full for another build. */
  readonly lacksRoom?: () => Problem | undefined;
  readonly connect?: (socketPath: string) => Promise<Engine>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ContainerBuildRequest extends Omit<ContainerBuild, 'labels' | 'secrets' | 'credentials'> {
  /** Builds of one delivery run one after the other. */
  readonly delivery: string;
  /** Where a registry gets it, with its tag; absent: the engine keeps it. */
  readonly pushTo?: string;
  /** Asked for when it is built. */
  readonly secrets: () => Promise<Result<Readonly<Record<string, Buffer>>>>;
  /** What registries are offered, as Docker's configuration (JSON); absent: nothing. */
  readonly dockerConfig?: () => Promise<Result<string>>;
}

export interface ContainerBuilder {
  /** An image that the engine has is not built again; of several builds of one at the same time one runs and all get its result. */
  build(request: ContainerBuildRequest): Promise<Result<{ readonly digest: string }>>;
  /** Those that this owner has built, by each of their names; none where there is no engine. Rejects when the engine does. */
  list(): Promise<readonly BuiltImage[]>;
  /** One that is not there is no error. Rejects where a container has it. */
  remove(reference: string): Promise<void>;
}

export interface BuiltImage {
  readonly reference: string;
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Bytes. */
  readonly size: number;
}

/** Marks images that were built here; its value is who built them. */
export const OWNER_LABEL = 'dev.pilotage.builder';

type Built = Promise<Result<{ readonly digest: string }>>;

/** A build that is under way, and all who want its image. */
interface Shared {
  /** Who it is made for: with this one it is called off. */
  readonly maker: ContainerBuildRequest;
  readonly askers: Set<ContainerBuildRequest>;
  readonly result: Built;
}

/** Each may take gigabytes of memory. */
const BUILDS_AT_ONCE = 2;

export function openContainerBuilder(options: ContainerBuilderOptions): ContainerBuilder {
  const { clock, logger, lacksRoom, owner, dir } = options;
  const engines = createEngineFinder(options);
  const building = new Map<string, Shared>();
  const turns = new KeyedMutex();
  const slots = new Slots(BUILDS_AT_ONCE);
  const labels = { [OWNER_LABEL]: owner };

  const pushed = openPushedImages(dir, clock);

  async function make(request: ContainerBuildRequest): Built {
    const { ref, pushTo } = request;
    const digest = pushTo && pushed.digestOf(pushTo);
    const found = await engines.find();
    if (!found.ok) return digest ? ok({ digest }) : failed(noEngine(ref, found.message));
    const { engine } = found;
    const isThere = digest
      ? await isPushed(engine, request, `${repositoryOf(pushTo ?? '').name}@${digest}`)
      : false;
    if (digest && isThere) return ok({ digest });
    const there = await look(engine, ref);
    if (!there.ok) return there;
    if (there.value && pushTo === undefined) return ok(there.value);
    // Asked for only where something is built or pushed: what is there needs no Secret.
    const keyring = await keyringFor(request);
    if (!keyring.ok) return keyring;
    const built = there.value ? ok(there.value) : await buildIt(engine, request, keyring.value);
    if (!built.ok || pushTo === undefined) return built;
    request.onOutput(`pushing ${pushTo}`);
    const credentials = credentialsFor(keyring.value, pushTo);
    const result = await pushImage(engine, { ref, to: pushTo, credentials, signal: request.signal });
    if (result.ok) {
      pushed.add(pushTo, result.value.digest);
      logger.info({ image: pushTo, digest: result.value.digest }, 'image pushed');
    }
    return result;
  }

  /**
   * Whether the registry still has what was pushed. Docker asks it; where nothing is known, it is believed for a day, and for as long as
   * only another build could bring it back, whose bytes would be others.
   */
  async function isPushed(engine: Engine, request: ContainerBuildRequest, name: string): Promise<boolean> {
    const { ref, pushTo = '' } = request;
    if (engine.name === 'docker') {
      const keyring = await keyringFor(request);
      const [credential] = keyring.ok ? credentialsFor(keyring.value, pushTo) : [];
      const isThere = await engine.isInRegistry(name, credential, request.signal).catch(() => undefined);
      if (isThere !== undefined) return isThere;
    }
    return pushed.isFresh(pushTo) || (await engine.image(ref).catch(() => undefined)) === undefined;
  }

  /** What it needs is asked for when it is its turn, which may come long after. */
  const buildIt = (engine: Engine, request: ContainerBuildRequest, keyring: Keyring): Built =>
    turns.run(request.delivery, () =>
      slots.run(async () => {
        const { ref, signal } = request;
        if (signal.aborted) return failed(calledOff(ref));
        // Another one may have built it, to be pushed elsewhere.
        const there = await look(engine, ref);
        if (!there.ok) return there;
        if (there.value) return ok(there.value);
        const lack = lacksRoom?.();
        if (lack) return failed({ ...lack, message: `Image ${ref} is not built: ${lack.message}.` });
        const secrets = await request.secrets();
        if (!secrets.ok) return secrets;
        const whole = { ...request, secrets: secrets.value, credentials: allOf(keyring), labels };
        const built = await buildImage(engine, whole, clock);
        if (built.ok) logger.info({ image: ref, digest: built.value.digest }, 'image built by the engine');
        return built;
      }),
    );

  /** Begins a build for this one, of which all who join are told what it prints. */
  function begin(key: string, maker: ContainerBuildRequest): Shared {
    const askers = new Set<ContainerBuildRequest>();
    const result = make({
      ...maker,
      onOutput(line) {
        for (const asker of askers) asker.onOutput(line);
      },
      onLine(line) {
        for (const asker of askers) asker.onLine?.(line);
      },
    }).finally(() => building.delete(key));
    const shared = { maker, askers, result };
    building.set(key, shared);
    return shared;
  }

  return {
    async build(request) {
      const { ref, pushTo, signal } = request;
      const key = pushTo ?? ref;
      for (;;) {
        const shared = building.get(key) ?? begin(key, request);
        shared.askers.add(request);
        const result = await unlessAborted(shared.result, signal);
        shared.askers.delete(request);
        if (result === undefined) return failed(calledOff(ref));
        // Called off by who had it made, who does not want it any more: we do.
        if (!result.ok && shared.maker !== request && shared.maker.signal.aborted) continue;
        return result;
      }
    },
    async list() {
      const found = await engines.find();
      const images = found.ok ? await found.engine.images(`${OWNER_LABEL}=${owner}`) : [];
      return images.flatMap(({ Id, RepoTags, Created, Size }) =>
        (RepoTags ?? []).map((reference) => ({
          reference,
          digest: Id,
          createdAt: Created * 1000,
          size: Size,
        })),
      );
    },
    async remove(reference) {
      const found = await engines.find();
      if (found.ok) await found.engine.removeImage(reference);
    },
  };
}

/** What the engine has of the name. */
async function look(engine: Engine, ref: string): Promise<Result<{ readonly digest: string } | undefined>> {
  try {
    const image = await engine.image(ref);
    return ok(image && { digest: image.Id });
  } catch (error) {
    return failed(silent(ref, error));
  }
}

/** undefined: it was called off before. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let forget = () => {};
  const off = new Promise<undefined>((resolve) => {
    forget = onAbort(signal, () => resolve(undefined));
  });
  return Promise.race([work, off]).finally(forget);
}

async function keyringFor({ ref, dockerConfig }: ContainerBuildRequest): Promise<Result<Keyring>> {
  const text = dockerConfig ? await dockerConfig() : ok('{}');
  if (!text.ok) return text;
  const read = readDockerConfig(text.value, true);
  if (read.ok) return ok(keyringOf([read.config]));
  return failed({
    reason: 'BuildSecretMissing',
    message: `Image ${ref} is not built: the Secret of its registry ${read.message}.`,
    remedy: 'Make it by kubectl create secret docker-registry.',
  });
}

/** Engines choose by the host of an image alone. */
const allOf = (keyring: Keyring): readonly RegistryCredential[] =>
  [...keyring].flatMap(([place, logins]) =>
    logins.map((login) => ({ registry: place.split('/')[0] ?? place, ...login })),
  );

/** `message` has its remedy. */
const noEngine = (ref: string, message: string): Problem => ({
  reason: 'NoContainerEngine',
  message: `Image ${ref} cannot be built: ${message}.`,
});

const silent = (ref: string, error: unknown): Problem => ({
  reason: 'NoContainerEngine',
  message: `Image ${ref} cannot be built: the engine does not answer (${error instanceof Error ? error.message : String(error)}).`,
  remedy: 'Start it again, then: pilotage sync.',
});
