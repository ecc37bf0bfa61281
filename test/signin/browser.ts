import { type IncomingMessage, request as requestPlain } from 'node:http';
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
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    const headers = { cookie, accept: 'text/html', ...type };
    const options = { headers, method: form ? 'POST' : 'GET', agent: false as const };
    const isPlain = url.startsWith('http:');
    return new Promise((resolve, reject) => {
      const outgoing = isPlain
        ? requestPlain(url, options, (response) => this.#read(url, response, resolve))
        : request(url, { ...options, ca: this.#ca }, (response) => this.#read(url, response, resolve));
      outgoing.on('error', reject);
      outgoing.end(form?.toString());
    });
  }

  /** Cookies know no ports: those of the provider and of what is signed in to are of one host here. */
  #read(url: string, response: IncomingMessage, resolve: (page: Page) => void): void {
    for (const set of response.headers['set-cookie'] ?? []) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      resolve({ url, status: response.statusCode ?? 0, location: response.headers.location, body });
    });
  }
}
