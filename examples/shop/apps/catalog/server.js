// What there is to buy, at which price, and how much of it is left.
import { createServer } from 'node:http';

const { STORE_URL, CURRENCY, PRICES, HOST, PORT } = process.env;
const prices = JSON.parse(PRICES);
let ending = false;

async function products() {
  const stock = await (await fetch(STORE_URL)).json();
  return Object.entries(prices).map(([name, price]) => ({
    name,
    price,
    currency: CURRENCY,
    left: stock[name] ?? 0,
  }));
}

const server = createServer(async (request, response) => {
  if (ending) response.setHeader('Connection', 'close');
  if (request.url === '/healthz') return void response.end('ok');
  try {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(await products()));
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
