import net from 'node:net';

const SPAN = 100;
const FIRST = 20_000;
const LAST = 60_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = net.createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

/** A port base whose 100 ports are free as far as the ones a hub uses can tell. */
export async function freePortBase(): Promise<number> {
  const start = FIRST + (process.pid % ((LAST - FIRST) / SPAN)) * SPAN;
  for (let base = start; base < LAST; base += SPAN) {
    const used = [0, 1, 2, 3, 4, 5, 6, 7, 32, 92, 93].map((offset) => base + offset);
    const free = await Promise.all(used.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free port base');
}
