// Takes orders: POST /NAME takes one of it from the store.
import { createServer } from 'node:http';

const { STORE_URL, HOST, PORT } = process.env;
let ending = false;

const server = createServer(async (request, response) => {
  if (ending) response.setHeader('Connection', 'close');
  if (request.url === '/healthz') return void response.end('ok');
  if (request.method !== 'POST') return void response.writeHead(405, { Allow: 'POST' }).end();
  try {
    const taken = await fetch(STORE_URL + request.url, { method: 'POST', body: '1' });
    response.writeHead(taken.status, { 'Content-Type': 'application/json' }).end(await taken.text());
  } catch (error) {
    response.writeHead(502).end(JSON.stringify({ error: error.message }));
  }
});
server.listen(Number(PORT), HOST);
// Requests that are on their way still come in for a moment, then no more.
process.on('SIGTERM', () => {
  ending = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 1000);
});
