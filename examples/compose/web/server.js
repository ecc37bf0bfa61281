import { createServer } from 'node:http';

const { HOST = '0.0.0.0', PORT, GREETING } = process.env;
// A container finds the counter by its name; a process by the variables that every pod has of the Services.
const { COUNTER_SERVICE_HOST = 'counter', COUNTER_SERVICE_PORT = '7000' } = process.env;
const counter = `http://${COUNTER_SERVICE_HOST}:${COUNTER_SERVICE_PORT}/`;

const server = createServer(async (request, response) => {
  if (request.url !== '/visit') return response.end(`${GREETING}\n`);
  const count = await fetch(counter, { method: 'POST' }).then((answer) => answer.text());
  response.end(`${GREETING}: visitor ${count}\n`);
}).listen(Number(PORT), HOST);

process.on('SIGTERM', () => server.close(() => process.exit(0)));
