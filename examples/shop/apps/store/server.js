// Keeps numbers by name: GET all, PUT one, POST what is to be taken from one. It answers when they are on the disk.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const { DATA, PILOTAGE_ROOT = '', HOST, PORT } = process.env;
// Volumes of a process are below this folder, those of a container at the root.
const folder = join(PILOTAGE_ROOT, DATA);
const file = join(folder, 'stock.json');
mkdirSync(folder, { recursive: true });
const stock = new Map(Object.entries(read()));
let ending = false;

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

function keep() {
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(stock)));
  renameSync(`${file}.new`, file);
}

async function answer({ method, url }, body) {
  const name = decodeURIComponent(url.slice(1));
  if (method === 'GET') return [200, Object.fromEntries(stock)];
  const number = Number(body);
  if (!Number.isInteger(number) || number < 0) return [400, { error: 'a whole number is wanted' }];
  // What is counted already is not counted anew: the Job that fills the store may run again.
  if (method === 'PUT' && !stock.has(name)) stock.set(name, number);
  else if (method === 'POST' && (stock.get(name) ?? 0) < number)
    return [409, { error: `no ${number} of ${name} are left` }];
  else if (method === 'POST') stock.set(name, stock.get(name) - number);
  keep();
  return [200, { [name]: stock.get(name) }];
}

const server = createServer(async (request, response) => {
  if (ending) response.setHeader('Connection', 'close');
  const [status, value] = await answer(request, await text(request)).catch((error) => [
    500,
    { error: error.message },
  ]);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
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
