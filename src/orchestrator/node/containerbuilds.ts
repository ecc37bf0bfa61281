/** Images that the engine of this machine builds: what `compose/images.ts` hands to sync. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { KeyedMutex } from '../../base/mutex.ts';
import { readRecord, writeRecord } from '../../base/recordfile.ts';
import { buildImage, type ContainerBuild } from './runtime/container/build.ts';
import type { Engine } from './runtime/container/engine/engine.ts';
import { createEngineFinder } from './runtime/container/engine/find.ts';
import { pushImage } from './runtime/container/push.ts';
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

interface Pushed {
  readonly digest: string;
}

type Built = Promise<Result<{ readonly digest: string }>>;

export function openContainerBuilder(options: ContainerBuilderOptions): ContainerBuilder {
  const { clock, logger, lacksRoom, owner, dir } = options;
  const engines = createEngineFinder(options);
  const building = new Map<string, Built>();
  const turns = new KeyedMutex();
  const labels = { [OWNER_LABEL]: owner };

  /** What was pushed once is called by the same digest for good. */
  const pushedFile = (reference: string): string =>
    join(dir, createHash('sha256').update(reference).digest('hex'));

  async function make(request: ContainerBuildRequest): Built {
    const { ref, pushTo } = request;
    const pushed = pushTo && readRecord<Pushed>(pushedFile(pushTo));
    if (pushed) return ok({ digest: pushed.digest });
    const found = await engines.find();
    if (!found.ok) return failed(noEngine(ref, found.message));
    const { engine } = found;
    const there = await engine.image(ref).catch((error: unknown) => silent(ref, error));
    if (there && 'reason' in there) return failed(there);
    const keyring = await keyringFor(request);
    if (!keyring.ok) return keyring;
    const built = there ? ok({ digest: there.Id }) : await buildIt(engine, request, keyring.value);
    if (!built.ok || pushTo === undefined) return built;
    request.onOutput(`pushing ${pushTo}`);
    const credentials = credentialsFor(keyring.value, pushTo);
    const result = await pushImage(engine, { ref, to: pushTo, credentials, signal: request.signal });
    if (result.ok) {
      writeRecord(pushedFile(pushTo), result.value satisfies Pushed);
      logger.info({ image: pushTo, digest: result.value.digest }, 'image pushed');
    }
    return result;
  }

  async function buildIt(engine: Engine, request: ContainerBuildRequest, keyring: Keyring): Built {
    const lack = lacksRoom?.();
    if (lack) return failed({ ...lack, message: `Image ${request.ref} is not built: ${lack.message}.` });
    const secrets = await request.secrets();
    if (!secrets.ok) return secrets;
    const whole = { ...request, secrets: secrets.value, credentials: allOf(keyring), labels };
    const built = await turns.run(request.delivery, () => buildImage(engine, whole, clock));
    if (built.ok)
      logger.info({ image: request.ref, digest: built.value.digest }, 'image built by the engine');
    return built;
  }

  return {
    build(request) {
      const key = request.pushTo ?? request.ref;
      const running = building.get(key);
      if (running) return running;
      const started = make(request).finally(() => building.delete(key));
      building.set(key, started);
      return started;
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
