import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { ProblemError } from '../../base/errors.ts';
import { connectionProblem } from './connectionproblem.ts';

/** Where a face is, and how it proves that it is there. */
export interface FaceAddress {
  /** `https://deploy.example.com:7080` */
  readonly url: string;
  /** Where to dial, and what the certificate there has to be for, where `url` does not say it. */
  readonly hostname?: string;
  readonly port?: number;
  readonly servername?: string;
  /** The authority that signed it, PEM; absent: one that this machine trusts. */
  readonly ca?: string;
}

/** Asks once. Rejects with ProblemError where no connection comes about. */
export function open(
  address: FaceAddress,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: object | string,
): Promise<IncomingMessage> {
  const { url, ...dial } = address;
  return new Promise((resolve, reject) => {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const target = new URL(`${url}${path}`);
    const options: RequestOptions = {
      ...dial,
      method,
      // A command asks once and must not wait for an idle connection to close.
      agent: false,
      headers: { Host: target.host, ...headers, ...lengthOf(text) },
    };
    const request = target.protocol === 'https:' ? secureRequest : plainRequest;
    const outgoing = request(target, options);
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => {
      const problem = connectionProblem(error, url);
      reject(problem ? new ProblemError(problem, { cause: error }) : error);
    });
    outgoing.end(text);
  });
}

const lengthOf = (text: string | undefined): Record<string, string> =>
  text === undefined
    ? {}
    : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) };
