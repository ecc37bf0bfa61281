import { askOverTls } from '../../../../base/https.ts';
import { isObject } from '../../../../kube/values/equal.ts';
import type { JsonObject } from '../../../../kube/values/types.ts';
import type { FetchJson } from './keys.ts';

/** `ca`: PEM of the only authority that is trusted; absent: those of this machine. */
export const fetchJsonOver =
  (ca: string | undefined): FetchJson =>
  async (url) => {
    const { status, body } = await askOverTls({ url, ...(ca === undefined ? {} : { ca }) });
    if (status !== 200) throw new Error(`${url} answers ${status}`);
    return objectOf(body, url);
  };

function objectOf(body: Buffer, url: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // As what is no object.
  }
  throw new Error(`${url} does not answer JSON`);
}
