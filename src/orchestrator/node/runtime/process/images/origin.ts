import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { readAnswerBody } from '../../../../../base/answerbody.ts';
import { unpackTree } from '../../../../../base/treearchive.ts';

/** The machine of the control plane, whose images the others get. */
export interface ImageOrigin {
  /** The digest of an image there; undefined: there is none. Rejects when nobody answers. */
  digestOf(reference: string): Promise<string | undefined>;
  /** Writes what is in it into an empty directory. */
  fetch(digest: string, dir: string): Promise<void>;
}

export interface ImageOriginOptions {
  /** The API server, and what proves who we are (PEM), as it is at each request. */
  readonly target: {
    readonly url: string;
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  };
  readonly nodeName: string;
}

/** Of silence. */
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 64 * 1024;

export function createImageOrigin({ target, nodeName }: ImageOriginOptions): ImageOrigin {
  const ask = (what: string, name: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const path = `/pilotage/v1/nodes/${encodeURIComponent(nodeName)}/${what}/${encodeURIComponent(name)}`;
      const outgoing = request(`${target.url}${path}`, { ...target.tls, agent: false, timeout: TIMEOUT_MS });
      outgoing.once('timeout', () => outgoing.destroy(new Error(`${target.url} does not answer`)));
      outgoing.once('error', reject);
      outgoing.once('response', resolve);
      outgoing.end();
    });
  return {
    async digestOf(reference) {
      const response = await ask('images', reference);
      const body = await readAnswerBody(response, MOST_BYTES);
      if (response.statusCode === 404) return undefined;
      if (response.statusCode !== 200) throw new Error(`${target.url} answered ${response.statusCode}`);
      return (JSON.parse(String(body)) as { digest: string }).digest;
    },
    async fetch(digest, dir) {
      const response = await ask('contents', digest);
      if (response.statusCode === 200) return unpackTree(response, dir);
      response.resume();
      throw new Error(`${target.url} answered ${response.statusCode}`);
    },
  };
}
