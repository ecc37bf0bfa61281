// Asks the program as a client would: the health check of compose.yaml.
const { HOST = '127.0.0.1', PORT } = process.env;
const answer = await fetch(`http://${HOST}:${PORT}/`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
