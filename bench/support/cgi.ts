/** `git http-backend` behind the smallest server that speaks CGI (RFC 3875) to it: what a clone from stock git costs on this machine. */
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const HEADERS_END = '\r\n\r\n';

/** Started as a process of its own: serves the repositories below its argument, pushes included, and prints its address. */
const [root = '.'] = process.argv.slice(2);
const server = createServer(answer);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`http://127.0.0.1:${port}`);
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  const env = {
    ...process.env,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: 'bench',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: pathname,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    ...(headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: headers['content-encoding'] } : {}),
    ...(headers['content-length'] ? { CONTENT_LENGTH: headers['content-length'] } : {}),
  };
  const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  request.pipe(child.stdin);
  // A program that has answered reads no further.
  child.stdin.on('error', () => {});
  let head = Buffer.alloc(0);
  const onHead = (bytes: Buffer) => {
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf(HEADERS_END);
    if (end < 0) return;
    child.stdout.off('data', onHead);
    response.writeHead(...statusOf(head.toString('latin1', 0, end)));
    response.write(head.subarray(end + HEADERS_END.length));
    child.stdout.pipe(response);
  };
  child.stdout.on('data', onHead);
}

function statusOf(head: string): [number, Record<string, string>] {
  const headers = head.split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const { status = '200', ...others } = Object.fromEntries(headers);
  return [Number.parseInt(status, 10), others];
}
