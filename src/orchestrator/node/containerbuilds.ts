/** Images that the engine of this machine builds: what `compose/images.ts` hands to sync. */
import type { Clock } from '../../base/clock.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { KeyedMutex } from '../../base/mutex.ts';
import { buildImage, type ContainerBuild } from './runtime/container/build.ts';
import type { Engine } from './runtime/container/engine/engine.ts';
import { createEngineFinder } from './runtime/container/engine/find.ts';

export interface ContainerBuilderOptions {
  /** Paths of sockets on which an engine may answer, the first that does is it. */
  readonly sockets: readonly string[];
  /** Whose images they are: an engine may be shared. */
  readonly owner: string;
  /** Why the disk is too full for another build. */
  readonly lacksRoom?: () => Problem | undefined;
  readonly connect?: (socketPath: string) => Promise<Engine>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ContainerBuildRequest extends Omit<ContainerBuild, 'labels'> {
  /** Builds of one delivery run one after the other. */
  readonly delivery: string;
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
const OWNER_LABEL = 'dev.pilotage.builder';

type Built = Promise<Result<{ readonly digest: string }>>;

export function openContainerBuilder(options: ContainerBuilderOptions): ContainerBuilder {
  const { clock, logger, lacksRoom, owner } = options;
  const engines = createEngineFinder(options);
  const building = new Map<string, Built>();
  const turns = new KeyedMutex();
  const labels = { [OWNER_LABEL]: owner };

  async function make(request: ContainerBuildRequest): Built {
    const found = await engines.find();
    if (!found.ok) return failed(noEngine(request.ref, found.message));
    const { engine } = found;
    const there = await engine.image(request.ref).catch((error: unknown) => silent(request.ref, error));
    if (there && 'reason' in there) return failed(there);
    if (there) return ok({ digest: there.Id });
    const lack = lacksRoom?.();
    if (lack) return failed({ ...lack, message: `Image ${request.ref} is not built: ${lack.message}.` });
    const built = await turns.run(request.delivery, () => buildImage(engine, { ...request, labels }, clock));
    if (built.ok)
      logger.info({ image: request.ref, digest: built.value.digest }, 'image built by the engine');
    return built;
  }

  return {
    build(request) {
      const running = building.get(request.ref);
      if (running) return running;
      const started = make(request).finally(() => building.delete(request.ref));
      building.set(request.ref, started);
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
