import { get } from 'node:https';
import { isObject } from '../../../../kube/values/equal.ts';
import type { FetchJson } from './keys.ts';

const TIMEOUT_MS = 10_000;
const LARGEST = 1024 * 1024;

/** Over TLS alone, without redirects. `ca`: PEM of the only authority that is trusted; absent: those of this machine. */
export const fetchJsonOver =
  (ca: string | undefined): FetchJson =>
  (url) =>
    new Promise((resolve, reject) => {
      const request = get(url, { ...(ca === undefined ? {} : { ca }), timeout: TIMEOUT_MS }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LARGEST) request.destroy(new Error(`${url} answers more than ${LARGEST} bytes`));
        });
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode !== 200) return reject(new Error(`${url} answers ${response.statusCode}`));
          try {
            const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
            if (!isObject(value)) throw new SyntaxError('no object');
            resolve(value);
          } catch {
            reject(new Error(`${url} does not answer JSON`));
          }
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)));
      request.on('error', reject);
    });
