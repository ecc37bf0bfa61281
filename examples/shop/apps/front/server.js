// The page: what there is, and a button to order each. Names of products come from the catalog and are shown as text.
import { createServer } from 'node:http';

const { CATALOG_URL, ORDERS_URL, TITLE, ENVIRONMENT, HOST, PORT } = process.env;
let ending = false;

const escaped = (value) => String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const row = ({
  name,
  price,
  currency,
  left,
}) => `<li>${escaped(name)}: ${price} ${escaped(currency)}, ${left} left
  <form method="post" action="/order/${encodeURIComponent(name)}"><button>Order</button></form></li>`;
const page = (products) => `<!doctype html><title>${escaped(TITLE)}</title>
<h1>${escaped(TITLE)} (${escaped(ENVIRONMENT)})</h1><ul>${products.map(row).join('\n')}</ul>`;

async function answer({ method, url }) {
  if (url === '/healthz') return [200, 'text/plain', 'ok'];
  if (method === 'POST' && url.startsWith('/order/')) {
    const taken = await fetch(ORDERS_URL + url.slice('/order'.length), { method: 'POST' });
    return [taken.status, 'application/json', await taken.text()];
  }
  const products = await fetch(CATALOG_URL);
  if (url === '/products') return [products.status, 'application/json', await products.text()];
  return [200, 'text/html; charset=utf-8', page(await products.json())];
}

const server = createServer(async (request, response) => {
  if (ending) response.setHeader('Connection', 'close');
  const [status, type, body] = await answer(request).catch((error) => [502, 'text/plain', error.message]);
  response.writeHead(status, { 'Content-Type': type }).end(body);
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
