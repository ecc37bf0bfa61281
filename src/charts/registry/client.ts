import { ProblemError } from '../../base/errors.ts';
import type { WebAnswer } from '../web/ask.ts';
import type { ContentCache } from '../web/cache.ts';
import { checkDigest, type Digest, digestOf } from '../web/digest.ts';
import { statusProblem } from '../web/statuses.ts';
import { type Descriptor, MEDIA } from './manifest.ts';
import { type Reference, referenceText } from './reference.ts';
import type { Scope, Session } from './session.ts';

export interface FoundManifest {
  readonly bytes: Buffer;
  readonly digest: Digest;
}

const MANIFEST_BYTES = 4 * 2 ** 20;
const TAGS_BYTES = 4 * 2 ** 20;
const TAG_PAGES = 100;

/** The distribution protocol (OCI distribution-spec 1.1), as far as charts need it. All reject with ProblemError. */
export class RegistryClient {
  readonly #session: Session;
  readonly #cache: ContentCache | undefined;

  constructor(session: Session, cache?: ContentCache) {
    this.#session = session;
    this.#cache = cache;
  }

  /** Every tag of a repository, page by page. */
  async tags(reference: Reference): Promise<readonly string[]> {
    const { repository } = reference;
    const what = `repository ${repository}`;
    const tags: string[] = [];
    let path: string | undefined = `/v2/${repository}/tags/list?n=1000`;
    for (let page = 0; path !== undefined && page < TAG_PAGES; page++) {
      const answer: WebAnswer = await this.#read(
        reading(reference),
        path,
        { accept: 'application/json' },
        TAGS_BYTES,
        what,
      );
      const found = tagsIn(answer.body);
      if (!found) throw notTags(this.#session.host, repository);
      tags.push(...found);
      path = nextPage(answer.headers.link, path, repository);
    }
    return tags;
  }

  /** By its digest, if the reference has one, else by its tag; undefined where there is none. */
  async manifest(reference: Reference, accept: string = MEDIA.manifest): Promise<FoundManifest | undefined> {
    const { repository, tag, digest } = reference;
    const cached = digest && (await this.#cache?.get(digest));
    if (cached) return { bytes: cached, digest };
    const path = `/v2/${repository}/manifests/${digest ?? tag}`;
    const answer = await this.#session.request(reading(reference), path, {
      headers: { accept },
      most: MANIFEST_BYTES,
    });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#refused(answer, `chart ${referenceText(reference)}`);
    if (digest) checkDigest(answer.body, digest, `The manifest of ${referenceText(reference)}`);
    const found = { bytes: answer.body, digest: digestOf(answer.body) };
    await this.#cache?.put(found.digest, found.bytes);
    return found;
  }

  /** Bytes of a descriptor, checked against its size and digest. */
  async blob(reference: Reference, { digest, size }: Descriptor, most: number): Promise<Buffer> {
    const { repository } = reference;
    const what = `blob ${digest} of ${repository}`;
    if (size > most) throw tooLarge(what, size, most);
    const cached = await this.#cache?.get(digest);
    if (cached) return cached;
    const answer = await this.#read(reading(reference), `/v2/${repository}/blobs/${digest}`, {}, size, what);
    if (answer.body.length < size) throw cutShort(what, answer.body.length, size);
    checkDigest(answer.body, digest, `The ${what}`);
    await this.#cache?.put(digest, answer.body);
    return answer.body;
  }

  /** Uploads a blob in one piece, unless the registry has it. */
  async pushBlob(reference: Reference, bytes: Uint8Array): Promise<void> {
    const { repository } = reference;
    const digest = digestOf(bytes);
    const what = `blob ${digest} of ${repository}`;
    const scope = writing(reference);
    const known = await this.#session.request(scope, `/v2/${repository}/blobs/${digest}`, {
      method: 'HEAD',
      most: 0,
    });
    if (known.status === 200) return;
    const begun = await this.#session.request(scope, `/v2/${repository}/blobs/uploads/`, {
      method: 'POST',
      headers: { 'content-length': '0' },
      most: MANIFEST_BYTES,
    });
    const { location } = begun.headers;
    if (begun.status !== 202 || location === undefined) throw this.#refused(begun, what);
    // A location may have a query of its own, and may be relative.
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const sent = await this.#session.request(scope, path, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
      most: MANIFEST_BYTES,
    });
    if (sent.status !== 201 && sent.status !== 204) throw this.#refused(sent, what);
  }

  async pushManifest(reference: Reference, bytes: Uint8Array): Promise<void> {
    const { repository, tag } = reference;
    const answer = await this.#session.request(writing(reference), `/v2/${repository}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': MEDIA.manifest },
      body: bytes,
      most: MANIFEST_BYTES,
    });
    if (answer.status !== 201) throw this.#refused(answer, `chart ${referenceText(reference)}`);
  }

  async #read(
    scope: Scope,
    path: string,
    headers: Readonly<Record<string, string>>,
    most: number,
    what: string,
  ): Promise<WebAnswer> {
    const answer = await this.#session.request(scope, path, { headers, most });
    if (answer.status !== 200) throw this.#refused(answer, what);
    return answer;
  }

  #refused(answer: WebAnswer, what: string): ProblemError {
    const { host } = this.#session;
    return statusProblem(answer, { what, host, signIn: `Sign in: pilotage chart login ${host}.` });
  }
}

const reading = ({ repository }: Reference): Scope => ({ repository, actions: 'pull' });
const writing = ({ repository }: Reference): Scope => ({ repository, actions: 'pull,push' });

function tagsIn(body: Buffer): readonly string[] | undefined {
  try {
    const { tags } = JSON.parse(body.toString('utf8')) as { tags?: unknown };
    if (tags === null || tags === undefined) return [];
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** `Link: </v2/…/tags/list?last=…>; rel="next"` (RFC 8288). It must lead to the same list. */
function nextPage(link: string | undefined, path: string, repository: string): string | undefined {
  const [, target] = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? '') ?? [];
  if (target === undefined) return undefined;
  const { pathname, search } = new URL(target, `https://registry.invalid${path}`);
  return pathname === `/v2/${repository}/tags/list` ? pathname + search : undefined;
}

const notTags = (host: string, repository: string): ProblemError =>
  new ProblemError({
    reason: 'UnexpectedAnswer',
    message: `${host} answers the question for the versions of ${repository} with what is no list of tags`,
    remedy: 'Check that it is an OCI registry: a chart repository is named by https://.',
  });

const tooLarge = (what: string, size: number, most: number): ProblemError =>
  new ProblemError({
    reason: 'ChartTooLarge',
    message: `The ${what} has ${size} bytes; a chart may have ${most}`,
  });

const cutShort = (what: string, got: number, size: number): ProblemError =>
  new ProblemError({
    reason: 'DownloadCutShort',
    message: `The ${what} ends after ${got} of ${size} bytes`,
    remedy: 'Try again; nothing of it was used.',
  });
