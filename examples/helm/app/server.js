// Greets, and ends only after the requests that it has.
import { createServer } from 'node:http';

const { GREETING = 'Hello', TOKEN = '', HOST, PORT } = process.env;
let ending = false;
const server = createServer((request, response) => {
  if (ending) response.setHeader('Connection', 'close');
  if (request.url === '/healthz') return void response.end('ok');
  response.end(JSON.stringify({ greeting: GREETING, token: TOKEN.length }));
});
server.listen(Number(PORT), HOST);
process.on('SIGTERM', () => {
  ending = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, 1000);
});
