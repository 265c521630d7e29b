/** A service that only says that it is ready; stands in for the real ones in the hub's spec. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.statusCode = request.url === '/health/ready' ? 200 : 404;
  response.end();
});
server.listen(Number(process.env.MDMR_HTTP_PORT), '127.0.0.1', () => {
  process.stdout.write(`${process.env.MDMR_SERVICE} listens\n`);
});
process.on('SIGTERM', () => {
  process.stdout.write(`${process.env.MDMR_SERVICE} drained\n`);
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
