import { get as getPlain } from 'node:http';
import { request } from 'node:https';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** What of a browser a provider sees: it keeps cookies and follows redirects. */
export class Browser {
  readonly #ca: string;
  readonly #cookies = new Map<string, string>();
  constructor(ca: string) {
    this.#ca = ca;
  }

  /** The page at which it arrives, or that of the first address that `isEnd` knows, which is not opened. */
  async open(
    from: string,
    isEnd: (url: string) => boolean = () => false,
    form?: URLSearchParams,
  ): Promise<Page> {
    let page = await this.#ask(from, form);
    for (let step = 0; page.location !== undefined; step++) {
      if (step > 6) throw new Error(`redirected too often, last to ${page.location}`);
      const next = new URL(page.location, page.url).href;
      if (isEnd(next)) return { ...page, url: next };
      page = await this.#ask(next);
    }
    return page;
  }

  async #ask(url: string, form?: URLSearchParams): Promise<Page> {
    if (url.startsWith('http:')) return plain(url);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const options = { ca: this.#ca, headers: { cookie, ...type }, method: form ? 'POST' : 'GET' };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, options, (response) => {
        for (const set of response.headers['set-cookie'] ?? []) {
          const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
          this.#cookies.set(name, value);
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ url, status: response.statusCode ?? 0, location: response.headers.location, body });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(form?.toString());
    });
  }
}

/** The listener of the command line. */
const plain = (url: string): Promise<Page> =>
  new Promise((resolve, reject) => {
    getPlain(url, { agent: false }, (response) => {
      response.resume().on('end', () => {
        resolve({ url, status: response.statusCode ?? 0, location: undefined, body: '' });
      });
    }).on('error', reject);
  });
