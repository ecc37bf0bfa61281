import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { createDrain } from './drain.js';
import { Refusal, resize, warmUp } from './resize.js';

const VERSION = '1.0.0';

const { env } = process;
const config = {
  // Without HOST every address of the container; Pilotage's process runtime hands over the pod's own.
  host: env.HOST ?? '0.0.0.0',
  port: Number(env.PORT ?? 8080),
  environment: env.ENVIRONMENT ?? 'local',
  pod: env.POD_NAME ?? hostname(),
  logRequests: env.LOG_REQUESTS === 'true',
  maxPixels: positive('MAX_IMAGE_SIZE_IN_PIXELS', 2_000_000),
  quality: positive('JPEG_QUALITY', 80),
};
/** Bytes of a picture that a client may send. */
const MAX_BODY = 20 * 1024 * 1024;

/** A setting that is not a number must stop the start, so that the rollout stops with it. */
function positive(name, fallback) {
  const value = Number(env[name] ?? fallback);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`${name} must be a positive whole number, not ${JSON.stringify(env[name])}`);
  return process.exit(1);
}

const sample = await readFile(new URL('./sample.jpg', import.meta.url));
let warm = false;

const routes = {
  'GET /': () => json(200, { service: 'image resizer', version: VERSION, try: '/resize?width=320' }),
  'GET /version': () =>
    json(200, {
      version: VERSION,
      maxImageSizeInPixels: config.maxPixels,
      environment: config.environment,
      pod: config.pod,
    }),
  'GET /healthz': () => text(200, 'ok'),
  'GET /startupz': () => (warm ? text(200, 'started') : text(503, 'warming up')),
  'GET /readyz': () => (warm && !drain.draining() ? text(200, 'ready') : text(503, 'not ready')),
  'GET /resize': (url) => picture(url, sample),
  'POST /resize': async (url, request) => picture(url, await readBody(request)),
};

const server = createServer(async (request, response) => {
  const { status, type, body } = await answer(request);
  if (drain.draining()) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
  if (config.logRequests) console.log(JSON.stringify({ method: request.method, url: request.url, status }));
});
// Longer than what clients and proxies keep an idle connection for: so it is they who close it, never in the middle of a request.
server.keepAliveTimeout = 75_000;
const drain = createDrain(server);

async function answer(request) {
  try {
    const url = new URL(request.url ?? '/', 'http://resizer');
    const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${url.pathname}`];
    if (!route) throw new Refusal(404, `There is no ${request.method} ${url.pathname}`);
    return await route(url, request);
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.message });
    console.error(error);
    return json(500, { error: 'The picture could not be resized' });
  }
}

async function picture(url, source) {
  const wanted = { width: url.searchParams.get('width'), height: url.searchParams.get('height') };
  const { data, format } = await resize(source, wanted, config);
  return { status: 200, type: `image/${format}`, body: data };
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    // The rest is read and dropped: closing early would reset the connection before the client has read why.
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  if (size > MAX_BODY) throw new Refusal(413, `A picture may have ${MAX_BODY} bytes, this one has ${size}`);
  return Buffer.concat(chunks);
}

const json = (status, value) => ({
  status,
  type: 'application/json',
  body: Buffer.from(`${JSON.stringify(value)}\n`),
});
const text = (status, value) => ({ status, type: 'text/plain', body: Buffer.from(`${value}\n`) });

process.on('SIGTERM', () => drain.begin(() => process.exit(0)));

server.listen(config.port, config.host, async () => {
  const { address, port } = server.address();
  console.log(`image resizer ${VERSION} listens on ${address}:${port}`);
  await warmUp(sample);
  warm = true;
});
