import { ProblemError } from '../../base/errors.ts';
import type { Dialect } from '../helm/dialect.ts';
import type { Ask } from '../web/ask.ts';
import { shown } from '../web/exchange.ts';
import { askFollowing } from '../web/follow.ts';
import { statusProblem } from '../web/statuses.ts';
import { type ChartIndex, type IndexEntry, readIndex } from './index.ts';
import { sectionOf } from './section.ts';

export interface RepositoryLogin {
  readonly username: string;
  readonly password: string;
  /** Also to other hosts that the index names: Helm's --pass-credentials. */
  readonly everywhere: boolean;
}

/** Bytes: large repositories list tens of thousands of versions. */
const INDEX_BYTES = 64 * 2 ** 20;

/** A classic chart repository: an index.yaml, and archives where it says. All reject with ProblemError. */
export class RepositoryClient {
  readonly #ask: Ask;
  readonly #login: RepositoryLogin | undefined;
  readonly #dialect: Dialect;
  /** Ends with a slash. */
  readonly #base: string;

  constructor(
    url: string,
    { ask, login, dialect }: { ask: Ask; login?: RepositoryLogin | undefined; dialect: Dialect },
  ) {
    this.#ask = ask;
    this.#login = login;
    this.#dialect = dialect;
    this.#base = withSlash(url);
  }

  /** `only`: of that chart, and of others where the index is not written as Helm writes it. */
  async index(only?: string): Promise<ChartIndex> {
    const url = new URL('index.yaml', this.#base);
    url.search = new URL(this.#base).search;
    const bytes = await this.#get(url.href, INDEX_BYTES, 'index.yaml');
    const read = only === undefined ? bytes : sectionOf(bytes, only, shown(url.href));
    return readIndex(read, shown(url.href), this.#dialect);
  }

  /** The absolute address of an archive; it may lead to a registry (`oci://`). */
  addressOf({ name, version, urls: [url = ''] }: IndexEntry): string {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url;
    if (!URL.canParse(url, this.#base))
      throw new ProblemError({
        reason: 'InvalidIndex',
        message: `The index of ${shown(this.#base)} has no usable address for ${name} ${version}`,
      });
    const resolved = new URL(url, this.#base);
    resolved.search ||= new URL(this.#base).search;
    return resolved.href;
  }

  /** The archive at an address that `addressOf` gave. */
  archive(address: string, most: number): Promise<Buffer> {
    return this.#get(address, most, 'archive');
  }

  async #get(url: string, most: number, what: string): Promise<Buffer> {
    const { protocol, host } = new URL(url);
    if (protocol !== 'https:' && protocol !== 'http:')
      throw new ProblemError({ reason: 'InvalidIndex', message: `${url} is no address of an archive` });
    const answer = await askFollowing(this.#ask, { url, most, headers: this.#headers(url) });
    if (answer.status !== 200)
      throw statusProblem(answer, {
        what: `${what} at ${shown(url)}`,
        host,
        signIn: 'Give a name and a password: --username NAME; the password is asked for.',
      });
    return answer.body;
  }

  /** An index may name any host for its archives: the password stays with the scheme, host and port of the repository. */
  #headers(url: string): Record<string, string> {
    const login = this.#login;
    if (!login || (!login.everywhere && new URL(url).origin !== new URL(this.#base).origin)) return {};
    return {
      authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`,
    };
  }
}

/** Relative addresses are relative to the folder. */
function withSlash(text: string): string {
  // Not shown: it is a password, and would be in the Chart.yaml of everybody.
  if (/\/\/[^/]*@/.test(text))
    throw new ProblemError({
      reason: 'InvalidRepository',
      message: 'The address of a chart repository has a name or a password in it',
      remedy: 'Write it without them, and give them by --username and at the prompt.',
    });
  if (!URL.canParse(text))
    throw new ProblemError({
      reason: 'InvalidRepository',
      message: `${JSON.stringify(text)} is no address of a chart repository`,
      remedy: 'Write https://HOST/PATH, or oci://HOST/PATH.',
    });
  const url = new URL(text);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
