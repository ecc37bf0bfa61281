import { randomUUID } from 'node:crypto';
import { blotter } from '../../../../base/blot.ts';
import type { Clock } from '../../../../base/clock.ts';
import { failed, ok, type Problem, type Result } from '../../../../base/errors.ts';
import { splitLines } from '../../../../base/lines.ts';
import { type TarEntry, tarOf } from '../../../../base/tar.ts';
import { BUILD_MEMORY_BYTES, BUILD_OUTPUT_BYTES, showOutput } from '../buildoutput.ts';
import type { RegistryCredential } from '../runtime.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import { readLine } from './engine/lines.ts';
import type { BuildLine } from './engine/types.ts';

export interface ContainerBuild {
  /** With its tag. */
  readonly ref: string;
  readonly entries: () => AsyncIterable<TarEntry>;
  /** Path of the Dockerfile among them. */
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** Marks the image. */
  readonly labels: Readonly<Record<string, string>>;
  /** By their ids. */
  readonly secrets: Readonly<Record<string, Buffer>>;
  /** For registries of the images that it begins with. */
  readonly credentials: readonly RegistryCredential[];
  readonly deadlineMs: number;
  /** Told of the lines that are shown of what it prints. */
  readonly onOutput: (line: string) => void;
  /** Told of each line that it prints. */
  readonly onLine?: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Longer than any line that an engine packs output into. */
const LINE_BYTES = 1024 * 1024;

/** Has an engine build an image. Failures of the Dockerfile and of its commands are ImageBuildFailed, in the engine's words. */
export async function buildImage(
  engine: Engine,
  build: ContainerBuild,
  clock: Clock,
): Promise<Result<{ readonly digest: string }>> {
  const { ref, dockerfile, target, args, labels, secrets, credentials } = build;
  const ids = Object.keys(secrets);
  if (ids.length > 0 && engine.name === 'docker') return failed(noSecrets(ref, ids));
  // Names that no file of a repository has.
  const nonce = randomUUID();
  const secretFiles = Object.fromEntries(ids.map((id, i) => [id, `pilotage-secret-${nonce}-${i}`]));
  const words = [...Object.values(secrets).map(String), ...credentials.map(({ password }) => password)];
  const blot = blotter(words);
  const end = new AbortController();
  const limits = { ended: undefined as string | undefined };
  const stop = (why: string): void => {
    limits.ended ??= why;
    end.abort(new Error(why));
  };
  const cancel = clock.after(build.deadlineMs, () =>
    stop(`did not end within ${Math.round(build.deadlineMs / 60_000)} minutes`),
  );
  const { onOutput: show, onLine: hear } = build;
  const output = showOutput({ show, ...(hear ? { hear } : {}), blot });
  /** All that leaves here has been blotted. */
  const fails = (why: string) => {
    output.end();
    return failed(unbuilt(ref, blot(why), output.tail()));
  };
  const signal = AbortSignal.any([build.signal, end.signal]);
  try {
    const answer = await engine.build(
      {
        context: tarOf(withSecrets(build.entries(), secrets, secretFiles)),
        ...{ secretFiles, credentials },
        ...{ dockerfile, tag: ref, args },
        ...(target === undefined ? {} : { target }),
        labels,
        memoryBytes: BUILD_MEMORY_BYTES,
      },
      signal,
    );
    const error = await follow(answer, output.add, stop);
    if (error !== undefined) return fails(error);
    const image = await engine.image(ref);
    return image ? ok({ digest: image.Id }) : fails('the engine has no image of it');
  } catch (error) {
    if (build.signal.aborted) return failed(calledOff(ref));
    if (limits.ended) return fails(`it ${limits.ended}`);
    if (error instanceof EngineError) return fails(error.message);
    return failed(lost(ref, engine, blot(error instanceof Error ? error.message : String(error))));
  } finally {
    cancel();
    output.end();
  }
}

/** Before all else, so that an engine which reads as it goes has them. */
async function* withSecrets(
  entries: AsyncIterable<TarEntry>,
  secrets: Readonly<Record<string, Buffer>>,
  files: Readonly<Record<string, string>>,
): AsyncGenerator<TarEntry> {
  for (const [id, bytes] of Object.entries(secrets))
    yield { type: 'file', path: files[id] ?? id, mode: 0o600, bytes };
  yield* entries;
}

/** Resolves with what the engine says went wrong. */
async function follow(
  answer: AsyncIterable<Buffer>,
  show: (piece: Buffer) => void,
  stop: (why: string) => void,
): Promise<string | undefined> {
  let failure: string | undefined;
  let printed = 0;
  const lines = splitLines(LINE_BYTES, (text) => {
    const { stream, error } = readLine<BuildLine>(text);
    if (stream !== undefined) show(Buffer.from(stream));
    failure ??= error?.trim();
  });
  for await (const piece of answer) {
    printed += piece.length;
    if (printed > BUILD_OUTPUT_BYTES) stop(`printed more than ${BUILD_OUTPUT_BYTES / 2 ** 20} MiB`);
    lines.add(piece);
  }
  lines.end();
  return failure;
}

const GOES_ON = 'What runs goes on running.';

const unbuilt = (ref: string, words: string, details: readonly string[]): Problem => ({
  reason: 'ImageBuildFailed',
  message: `Building image ${ref} failed: ${words.trim().slice(0, MOST_WORDS)}`,
  details,
  remedy: `${GOES_ON} Repair the build and push again.`,
});

const MOST_WORDS = 2_000;

const noSecrets = (ref: string, ids: readonly string[]): Problem => ({
  reason: 'EngineTakesNoSecrets',
  message: `Image ${ref} is not built: Docker takes no secrets by its build endpoint, and it has ${ids.join(', ')}.`,
  remedy: `Let Podman build it (pilotage up --engine PATH), or fetch what the secrets are for elsewhere and take \`secrets:\` out. ${GOES_ON}`,
});

export const calledOff = (ref: string): Problem => ({
  reason: 'ImageBuildAborted',
  message: `Building image ${ref} was called off.`,
});

const lost = (ref: string, { socketPath }: Engine, why: string): Problem => ({
  reason: 'ImageBuildLost',
  message: `Image ${ref} cannot be built: the engine on ${socketPath} failed meanwhile (${why}).`,
  remedy: `${GOES_ON} See that the engine runs, then: pilotage sync.`,
});
