import { type ClientHttp2Session, connect } from 'node:http2';
import type { Clock } from '../base/clock.ts';
import { type ProbeResult, USER_AGENT } from './probes.ts';

export interface GrpcProbe {
  readonly host: string;
  readonly port: number;
  /** '' asks for the server as a whole. */
  readonly service: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
const SERVING = 1;
const STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
/** The code for a method that the server does not implement (`google.golang.org/grpc/codes`). */
const UNIMPLEMENTED = '12';
const ANSWER_BYTES = 10 * 1024;

/** One call of `grpc.health.v1.Health/Check` without TLS, as the kubelet makes it (`pkg/probe/grpc`): a success is SERVING. */
export function probeGrpc({ host, port, service, timeoutMs, clock }: GrpcProbe): Promise<ProbeResult> {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const session = connect(`http://${at}`);
  return new Promise((resolve) => {
    const settle = (result: ProbeResult) => {
      cancel();
      session.destroy();
      resolve(result);
    };
    const fail = (message: string) => settle({ type: 'failure', message });
    const cancel = clock.after(timeoutMs, () =>
      fail(`timeout: failed to connect service "${at}" within ${timeoutMs / 1000}s`),
    );
    session.once('error', (error) => fail(`failed to connect service "${at}": ${error.message}`));
    check(session, at, service).then(settle, (error: Error) =>
      fail(`error: health rpc probe failed: ${error.message}`),
    );
  });
}

function check(session: ClientHttp2Session, at: string, service: string): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const call = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      ':authority': at,
      'content-type': 'application/grpc',
      'user-agent': USER_AGENT,
      te: 'trailers',
    });
    const pieces: Buffer[] = [];
    let size = 0;
    let code = '';
    let reason = '';
    const read = (headers: Readonly<Record<string, unknown>>) => {
      if (headers['grpc-status'] === undefined) return;
      code = String(headers['grpc-status']);
      reason = String(headers['grpc-message'] ?? '');
    };
    call.on('response', read);
    call.on('trailers', read);
    call.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > ANSWER_BYTES) reject(new Error('the answer is too long'));
      else pieces.push(piece);
    });
    call.on('error', reject);
    call.on('end', () => resolve(resultOf(code, reason, Buffer.concat(pieces))));
    call.end(framed(encodeRequest(service)));
  });
}

function resultOf(code: string, reason: string, body: Buffer): ProbeResult {
  if (code === UNIMPLEMENTED) {
    return {
      type: 'failure',
      message: 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health)',
    };
  }
  if (code !== '0') {
    const message = `error: health rpc probe failed: ${code === '' ? 'no grpc-status' : `code ${code}`} ${reason}`;
    return { type: 'failure', message: message.trim() };
  }
  const status = decodeStatus(body.subarray(5));
  if (status === SERVING) return { type: 'success', message: 'service healthy' };
  return { type: 'failure', message: `service unhealthy (responded with "${STATUS[status] ?? status}")` };
}

/** A gRPC message: a zero byte for "not compressed", its length, its bytes. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** `HealthCheckRequest{service: string = 1}`. */
function encodeRequest(service: string): Buffer {
  if (service === '') return Buffer.alloc(0);
  const text = Buffer.from(service);
  return Buffer.concat([Buffer.from([0x0a, ...varint(text.length)]), text]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** `HealthCheckResponse{status: enum = 1}`; absent is 0. Unknown fields are skipped. */
function decodeStatus(message: Buffer): number {
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
