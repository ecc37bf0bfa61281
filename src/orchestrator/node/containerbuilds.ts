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
  /** Why the disk is too full for another build. */
  readonly lacksRoom?: () => Problem | undefined;
  readonly connect?: (socketPath: string) => Promise<Engine>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ContainerBuildRequest extends ContainerBuild {
  /** Builds of one delivery run one after the other. */
  readonly delivery: string;
}

export interface ContainerBuilder {
  /** An image that the engine has is not built again; of several builds of one at the same time one runs and all get its result. */
  build(request: ContainerBuildRequest): Promise<Result<{ readonly digest: string }>>;
}

type Built = Promise<Result<{ readonly digest: string }>>;

export function openContainerBuilder(options: ContainerBuilderOptions): ContainerBuilder {
  const { clock, logger, lacksRoom } = options;
  const engines = createEngineFinder(options);
  const building = new Map<string, Built>();
  const turns = new KeyedMutex();

  async function make(request: ContainerBuildRequest): Built {
    const found = await engines.find();
    if (!found.ok) return failed(noEngine(request.ref, found.message));
    const { engine } = found;
    const there = await engine.image(request.ref).catch((error: unknown) => silent(request.ref, error));
    if (there && 'reason' in there) return failed(there);
    if (there) return ok({ digest: there.Id });
    const lack = lacksRoom?.();
    if (lack) return failed({ ...lack, message: `Image ${request.ref} is not built: ${lack.message}.` });
    const built = await turns.run(request.delivery, () => buildImage(engine, request, clock));
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
