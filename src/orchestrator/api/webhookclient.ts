import { request } from 'node:https';
import { isIP } from 'node:net';
import { readAnswerBody } from '../../base/answerbody.ts';
import { addressOf } from '../../base/authority.ts';
import type { WebhookClientConfig } from '../../kube/kinds/objects.data.ts';
import { stringifyJson } from '../../kube/values/json.ts';
import type { Json } from '../../kube/values/types.ts';
import type { CallWebhook, World } from './kinds/kind.ts';
import { endpointOf } from './kinds/serviceendpoints.ts';

/** How long a webhook has to answer where nothing else is said; in size, what no answer of honest objects reaches. */
const TIMEOUT_SECONDS = 30;
const MAX_ANSWER = 32 * 1024 * 1024;

/**
 * POSTs a review to a webhook over HTTPS and resolves to its answer: to a URL, or to a Service of this cluster, whose name its certificate
 * has to bear. Rejects with what went wrong, as kube-apiserver says it.
 */
export const createWebhookClient =
  (world: Pick<World, 'store' | 'random'>): CallWebhook =>
  async (config, review, seconds = TIMEOUT_SECONDS) => {
    const target = targetOf(config, world, seconds);
    const body = Buffer.from(stringifyJson(review));
    const ca = config.caBundle ? Buffer.from(config.caBundle, 'base64') : undefined;
    return new Promise<Json>((resolve, reject) => {
      const refuse = (why: string) => reject(new Error(`Post "${target.shown}": ${why}`));
      const sent = request(
        {
          method: 'POST',
          host: target.host,
          port: target.port,
          path: target.path,
          ...(isIP(target.name) ? {} : { servername: target.name }),
          ...(ca ? { ca } : {}),
          headers: { host: target.name, 'content-type': 'application/json', 'content-length': body.length },
          signal: AbortSignal.timeout(seconds * 1_000),
        },
        (answer) => {
          const answered = (body: Buffer) => {
            const text = body.toString('utf8');
            const { statusCode = 0 } = answer;
            if (statusCode < 200 || statusCode > 299)
              refuse(`the server answered ${statusCode}: ${text.slice(0, 200)}`);
            else settle(text, resolve, refuse);
          };
          readAnswerBody(answer, MAX_ANSWER).then(answered, (error: Error) => refuse(error.message));
        },
      );
      sent.on('error', (error) =>
        refuse(
          error.name === 'TimeoutError' || error.name === 'AbortError'
            ? 'context deadline exceeded'
            : error.message,
        ),
      );
      sent.end(body);
    });
  };

function settle(text: string, resolve: (answer: Json) => void, refuse: (why: string) => void): void {
  try {
    resolve(JSON.parse(text));
  } catch (error) {
    refuse(`the answer is not JSON: ${(error as Error).message}`);
  }
}

interface WebhookTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Whom the certificate has to name. */
  readonly name: string;
  readonly shown: string;
}

function targetOf(
  { url, service }: WebhookClientConfig,
  world: Pick<World, 'store' | 'random'>,
  seconds: number,
): WebhookTarget {
  if (url !== undefined) {
    const { pathname, origin } = new URL(url);
    const address = addressOf(url);
    const path = `${pathname}?timeout=${seconds}s`;
    return { ...address, path, name: address.host, shown: `${origin}${path}` };
  }
  const { name = '', namespace = '', port = 443, path: asked = '/' } = service ?? {};
  const path = `${asked}?timeout=${seconds}s`;
  const dns = `${name}.${namespace}.svc`;
  const shown = `https://${dns}:${port}${path}`;
  const found = endpointOf(world, { namespace, name, port });
  if (typeof found === 'string') throw new Error(`Post "${shown}": ${found}`);
  return { ...found, path, name: dns, shown };
}
