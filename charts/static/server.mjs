// Serves the files of one folder: GET and HEAD, index.html for a folder, 404.html for what is not there.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
};
const TEXT = /^text|json$|xml$/;
const { FOLDER = '.', HOST = '0.0.0.0', PORT = '8080' } = process.env;
const root = await realpath(FOLDER);
let ending = false;

/** The file of a path, if it is one below the folder; hidden files, and links that lead out, are not. */
async function fileOf(path) {
  if (path.includes('\0') || path.split('/').some((name) => name.startsWith('.'))) return undefined;
  const found = await realpath(join(root, path)).catch(() => undefined);
  if (found === undefined || (found !== root && !found.startsWith(root + sep))) return undefined;
  const about = await stat(found);
  if (about.isDirectory()) return path.endsWith('/') ? fileOf(`${path}index.html`) : undefined;
  return about.isFile() ? { path: found, size: about.size } : undefined;
}

async function answer(request, response) {
  if (ending) response.setHeader('Connection', 'close');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return response.writeHead(405, { Allow: 'GET, HEAD' }).end();
  const path = decodeURIComponent(new URL(request.url, 'http://site').pathname);
  const file = await fileOf(path);
  if (!file && (await fileOf(`${path}/`)))
    return response
      .writeHead(301, {
        Location: `/${path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/')}/`,
      })
      .end();
  const shown = file ?? (await fileOf('/404.html'));
  if (!shown) return response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not found\n');
  const type = TYPES[extname(shown.path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(file ? 200 : 404, {
    'Content-Type': TEXT.test(type) ? `${type}; charset=utf-8` : type,
    'Content-Length': shown.size,
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.method === 'HEAD') return response.end();
  pipeline(createReadStream(shown.path, { end: Math.max(shown.size - 1, 0) }), response, () => {});
}

const server = createServer((request, response) => {
  answer(request, response).catch(() =>
    response.headersSent ? response.destroy() : response.writeHead(400).end(),
  );
});
server.listen(Number(PORT), HOST, () => console.log(`serves ${root}`));
// Requests that are on their way still come in for a moment, then no more.
process.on('SIGTERM', () => {
  ending = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 1000);
});
