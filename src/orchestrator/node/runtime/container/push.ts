import { failed, ok, type Problem, type Result } from '../../../../base/errors.ts';
import { splitLines } from '../../../../base/lines.ts';
import type { RegistryCredential } from '../runtime.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import { readLine } from './engine/lines.ts';
import type { PushLine } from './engine/types.ts';
import { withoutCredential } from './withoutcredential.ts';

const LINE_BYTES = 64 * 1024;

export interface ImagePush {
  /** What the engine has, with its tag. */
  readonly ref: string;
  /** `registry.example:5000/team/web:TAG`. */
  readonly to: string;
  /** Tried one after the other; none: as nobody. */
  readonly credentials: readonly RegistryCredential[];
  readonly signal: AbortSignal;
  /** The engine keeps the name that it is pushed by. */
  readonly keeps?: boolean;
}

/** Gives an image to a registry; resolves with the digest that it has there. No problem shows a credential. */
export async function pushImage(
  engine: Engine,
  { ref, to, credentials, signal, keeps = false }: ImagePush,
): Promise<Result<{ readonly digest: string }>> {
  const [, repository = '', tag = ''] = /^(.*):([^:/]+)$/s.exec(to) ?? [];
  const refusals: string[] = [];
  try {
    if (ref !== to) await engine.tag(ref, repository, tag);
    for (const credential of credentials.length > 0 ? credentials : [undefined]) {
      const said = await pushAs(engine, { repository, tag, credential, signal });
      if ('digest' in said) return ok(said);
      refusals.push(withoutCredential(said.failure, credential));
    }
  } catch (error) {
    refusals.push(error instanceof Error ? error.message : String(error));
  } finally {
    // It has its own name still.
    if (!keeps) await engine.removeImage(to).catch(() => {});
  }
  return failed(unpushed(to, [...new Set(refusals)], credentials.length > 0));
}

interface Attempt {
  readonly repository: string;
  readonly tag: string;
  readonly credential: RegistryCredential | undefined;
  readonly signal: AbortSignal;
}

async function pushAs(
  engine: Engine,
  { repository, tag, credential, signal }: Attempt,
): Promise<{ readonly digest: string } | { readonly failure: string }> {
  let failure: string | undefined;
  let digest: string | undefined;
  const lines = splitLines(LINE_BYTES, (line) => {
    const { status, error, aux } = readLine<PushLine>(line);
    failure ??= error?.trim();
    digest = aux?.Digest ?? /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(status ?? '')?.[1] ?? digest;
  });
  try {
    const answer: AsyncIterable<Buffer> = await engine.push(repository, tag, credential, signal);
    for await (const piece of answer) lines.add(piece);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    failure ??= error.message;
  }
  lines.end();
  if (failure !== undefined) return { failure };
  return digest === undefined ? { failure: 'the engine does not say under which digest' } : { digest };
}

const unpushed = (to: string, words: readonly string[], isKnown: boolean): Problem => ({
  reason: 'ImagePushFailed',
  message: `Image ${to} cannot be pushed: ${words.join('; ').slice(0, 2_000)}`,
  remedy: isKnown
    ? 'What runs goes on running. See that the registry answers and takes these credentials, then: pilotage sync.'
    : 'What runs goes on running. See that the registry answers; one that asks who it is needs `registry: {secret: NAME}` in pilotage.yaml.',
});
