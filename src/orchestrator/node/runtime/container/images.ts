import { splitLines } from '../../../../base/lines.ts';
import { once } from '../../../../base/once.ts';
import type { PullFault, PullOptions, PullProgress, PullResult, RegistryCredential } from '../runtime.ts';
import type { Engine } from './engine/engine.ts';
import { EngineError } from './engine/http.ts';
import { readLine } from './engine/lines.ts';
import type { InspectedImage, PullLine } from './engine/types.ts';
import type { ImageAccess } from './imageaccess.ts';
import { withoutCredential } from './withoutcredential.ts';

const LINE_BYTES = 64 * 1024;

const fault = (reason: PullFault['reason'], message: string): PullFault => ({ ok: false, reason, message });

export interface ImageOptions {
  readonly access: ImageAccess;
  /** The engine has not had one of this name before. */
  readonly onNew?: () => void;
}

/**
 * Makes an image available to the engine, by the rules of kubelet `pkg/kubelet/images/image_manager.go`: one that is there and whose
 * registry has not given it to the pod is pulled again, as the pod.
 */
export async function pullImage(
  engine: Engine,
  reference: string,
  { policy = 'IfNotPresent', onProgress, signal, ...asked }: PullOptions,
  { access, onNew }: ImageOptions,
): Promise<PullResult> {
  if (reference === 'host') return fault('ErrImagePull', HOST);
  if (!isName(reference)) return fault('InvalidImageName', `couldn't parse image name "${reference}"`);
  const credentials = once(async () => (await asked.credentials?.()) ?? []);
  const there = await engine.image(reference);
  // No registry has what was built here, whatever the policy.
  const isBuilt = isBuiltHere(reference);
  if (there && (policy !== 'Always' || isBuilt)) {
    if (await access.mayUse(there, reference, credentials)) return pulled(reference, there);
    if (isIdOf(there, reference)) return fault('ErrImagePull', nameless(reference));
  }
  if (policy === 'Never') return fault('ErrImageNeverPull', neverPulled(reference, there !== undefined));
  if (isBuilt) return fault('ErrImagePull', builtElsewhere(reference));
  onProgress?.({ done: 0 });
  const pull = access.begin(reference);
  try {
    const fetched = await fetchWithAny(engine, reference, await credentials(), onProgress, signal);
    const { by, refusals } = fetched;
    if (!by) {
      if (fetched.isAnswered) pull.refused();
      const message = `image "${reference}" cannot be pulled: ${[...new Set(refusals)].join('; ')}`;
      return {
        ...fault('ErrImagePull', message),
        ...(refusals.every((words) => UNAUTHORIZED.test(words)) ? { isUnauthorized: true } : {}),
      };
    }
    const image = await engine.image(reference);
    if (!image) {
      pull.refused();
      return fault('ErrImagePull', `image "${reference}" was pulled, and the engine does not know it`);
    }
    pull.granted(image.Id, by.credential);
    if (!there) onNew?.();
    return pulled(reference, image);
  } finally {
    pull.left();
  }
}

const neverPulled = (reference: string, isThere: boolean): string =>
  isThere
    ? `Container image "${reference}" is present with pull policy of Never, and was pulled with credentials that the pod does not have`
    : `Container image "${reference}" is not present with pull policy of Never`;

/** The first digits will do for engines. */
const isIdOf = ({ Id }: InspectedImage, reference: string): boolean =>
  Id.replace(/^sha256:/, '').startsWith(reference.replace(/^sha256:/, ''));

const nameless = (id: string): string =>
  `image "${id}" was pulled with credentials of a registry, which can be asked for it by its name only: write the name in place of the id`;

/** Names become parts of paths of the engine's API: none leads elsewhere. What else is wrong with one, the engine says. */
const isName = (reference: string): boolean =>
  /^\w[\w.:@/+-]*$/.test(reference) && !/(^|\/)\.{1,2}(\/|$)/.test(reference);

/** `localhost/shop/web:<40 digits>`, which is what builds of the repository name their images. */
const isBuiltHere = (reference: string): boolean => /^localhost\/.+:[0-9a-f]{40}$/.test(reference);

const builtElsewhere = (reference: string): string =>
  `image "${reference}" is built from the repository, and the engine of this node does not have it (any more): ` +
  'only nodes of the machine of the daemon do, which builds what is missing when it starts';

/** Words of registries (distribution `registry/api/errcode`) and of the engines for them; 403 is what some say in place of 401. */
const UNAUTHORIZED =
  /unauthorized|authentication required|denied|no basic auth|invalid username\/password|\b40[13]\b/i;

/** `by`: it is there, given to the credential, or to anybody. */
interface Fetched {
  readonly by?: { readonly credential: RegistryCredential | undefined };
  /** What was said to each that was tried in vain. */
  readonly refusals: readonly string[];
  /** False: of one it is not known what the registry says, and the engine may still be at it. */
  readonly isAnswered: boolean;
}

/** With one credential after the other, as nobody where there is none. */
async function fetchWithAny(
  engine: Engine,
  reference: string,
  credentials: readonly RegistryCredential[],
  onProgress: PullOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<Fetched> {
  const refusals: string[] = [];
  let isAnswered = true;
  for (const credential of credentials.length > 0 ? credentials : [undefined]) {
    const failure = await fetchImage(engine, reference, credential, onProgress, signal).catch(
      (error: unknown) => {
        if (signal?.aborted) throw signal.reason;
        if (!(error instanceof EngineError)) isAnswered = false;
        return error instanceof Error ? error.message : String(error);
      },
    );
    if (failure === undefined) return { by: { credential }, refusals, isAnswered };
    refusals.push(withoutCredential(failure, credential));
  }
  return { refusals, isAnswered };
}

const HOST =
  'image "host" is the programs of this machine, and its pod runs in containers because of another image: give each a pod of its own';

const pulled = (reference: string, { Id, Size }: InspectedImage): PullResult => ({
  ok: true,
  image: { reference, digest: Id.startsWith('sha256:') ? Id : `sha256:${Id}` },
  size: Size,
});

/** Resolves with what the engine says went wrong. */
async function fetchImage(
  engine: Engine,
  reference: string,
  credential: RegistryCredential | undefined,
  onProgress: PullOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const layers = new Map<string, PullProgress>();
  let failure: string | undefined;
  const lines = splitLines(LINE_BYTES, (line) => {
    const { id, progressDetail, error } = readLine<PullLine>(line);
    failure ??= error;
    if (id === undefined || progressDetail?.current === undefined) return;
    const { current: done, total } = progressDetail;
    layers.set(id, { done, ...(total === undefined ? {} : { total }) });
    onProgress?.(sumOf([...layers.values()]));
  });
  const answer: AsyncIterable<Buffer> = await engine.pull(reference, credential, signal);
  for await (const piece of answer) lines.add(piece);
  lines.end();
  return failure;
}

function sumOf(layers: readonly PullProgress[]): PullProgress {
  const sum = (of: (layer: PullProgress) => number): number =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const isKnown = layers.every(({ total }) => total !== undefined);
  return { done: sum(({ done }) => done), ...(isKnown ? { total: sum(({ total = 0 }) => total) } : {}) };
}
