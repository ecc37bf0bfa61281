import { createServer } from 'node:http';

const { HOST = '0.0.0.0', PORT, STEP } = process.env;
let count = 0;

const server = createServer((request, response) => {
  if (request.method === 'POST') count += Number(STEP);
  response.end(String(count));
}).listen(Number(PORT), HOST);

process.on('SIGTERM', () => server.close(() => process.exit(0)));
