/** Images of the engine of this machine, for a person at a terminal: `compose/agent.ts` hands them to the command line. */
import type { Clock } from '../../base/clock.ts';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { OWNER_LABEL } from './containerbuilds.ts';
import type { Engine } from './runtime/container/engine/engine.ts';
import { createEngineFinder } from './runtime/container/engine/find.ts';
import { pushImage } from './runtime/container/push.ts';
import { repositoryOf } from './runtime/repository.ts';

export interface EngineImages {
  /** Those that builds of repositories have made; none without an engine. */
  list(): Promise<readonly { readonly reference: string; readonly digest: string }[]>;
  /** Gives an image another name. Rejects with ProblemError, as `push` does. */
  tag(source: string, target: string): Promise<void>;
  /** To the registry that its name begins with; resolves with the digest that it has there. */
  push(
    reference: string,
    login: { readonly username: string; readonly password: string } | undefined,
  ): Promise<string>;
}

export interface EngineImagesOptions {
  readonly sockets: readonly string[];
  readonly connect?: (socketPath: string) => Promise<Engine>;
  readonly clock: Clock;
}

export function openEngineImages(options: EngineImagesOptions): EngineImages {
  const engines = createEngineFinder(options);
  async function holding(reference: string): Promise<Engine> {
    const found = await engines.find();
    if (!found.ok) throw new ProblemError({ reason: 'NoContainerEngine', message: found.message });
    if (await found.engine.image(reference)) return found.engine;
    throw new ProblemError({
      reason: 'NotFound',
      message: `The engine on ${found.engine.socketPath} has no image ${reference}.`,
      remedy: 'pilotage image list shows those that were built here.',
    });
  }
  return {
    async list() {
      const found = await engines.find();
      const images = found.ok ? await found.engine.images(OWNER_LABEL) : [];
      return images.flatMap(({ Id, RepoTags }) =>
        (RepoTags ?? []).map((reference) => ({ reference, digest: Id })),
      );
    },
    async tag(source, target) {
      const [, repository = '', tag = ''] = /^(.*):([^:/]+)$/s.exec(target) ?? [];
      await (await holding(source)).tag(source, repository, tag);
    },
    async push(reference, login) {
      const engine = await holding(reference);
      const { registry } = repositoryOf(reference);
      const credentials = login ? [{ registry, ...login }] : [];
      const signal = new AbortController().signal;
      return unwrap(
        await pushImage(engine, { ref: reference, to: reference, credentials, signal, keeps: true }),
      ).digest;
    },
  };
}
