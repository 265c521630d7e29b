import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSettings } from '@mdmr/stack';
import { adminApi } from './admin-api.js';

let server: Server;
let dataDir: string;
let seen: { url?: string; authorization?: string }[];

beforeEach(async () => {
  seen = [];
  dataDir = mkdtempSync(join(tmpdir(), 'mdmr-api-'));
  mkdirSync(join(dataDir, 'keys'));
  writeFileSync(join(dataDir, 'keys', 'operator.key'), 'secret\n');
  server = createServer((request, response) => {
    seen.push({ url: request.url, authorization: request.headers.authorization });
    if (request.url?.startsWith('/admin/orgs/GONE')) {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(JSON.stringify({ title: 'Not found', detail: 'No GONE.', code: 'UNKNOWN_ORG' }));
      return;
    }
    if (request.url === '/admin/broken') {
      response.writeHead(500).end('<html>');
      return;
    }
    response.end(JSON.stringify({ ok: true }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(dataDir, { recursive: true, force: true });
});

/** gateway is the first port of the base, so its base is the server's port. */
function api() {
  const { port } = server.address() as { port: number };
  return adminApi(readSettings({ MDMR_DATA_DIR: dataDir, MDMR_PORT_BASE: String(port) }));
}

describe('the admin API', () => {
  it('is asked with the key of the operator', async () => {
    const query = { org: 'A B', state: undefined };
    expect(await api().get('gateway', '/admin/files', { query })).toEqual({ ok: true });
    expect(seen).toEqual([{ url: '/admin/files?org=A+B', authorization: 'Bearer secret' }]);
  });

  it("refuses with the service's sentence", async () => {
    const call = api().get('gateway', '/admin/orgs/GONE');
    await expect(call).rejects.toMatchObject({ message: 'No GONE.', code: 'UNKNOWN_ORG' });
    const broken = api().get('gateway', '/admin/broken');
    await expect(broken).rejects.toMatchObject({ message: 'gateway answered 500' });
  });

  it('says what does not answer', async () => {
    const { port } = server.address() as { port: number };
    const call = api().get('participants', '/admin/orgs');
    await expect(call).rejects.toThrow(`participants does not answer at 127.0.0.1:${port + 1}`);
  });

  it('says that the key is missing', async () => {
    rmSync(join(dataDir, 'keys'), { recursive: true });
    await expect(api().get('gateway', '/')).rejects.toThrow(/operator's key .* cannot be read/);
  });
});
