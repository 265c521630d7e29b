/** A database of a bench's own beside those of the hub, and COPY into it. */
import pg from 'pg';

const NAME = 'bench_baseline';

/** Makes the database, gives a connection to it, drops it again. */
export async function withScratchDatabase<T>(
  superuserUrl: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  await asSuperuser(superuserUrl, `drop database if exists ${NAME}`);
  await asSuperuser(superuserUrl, `create database ${NAME} template template0 locale 'C'`);
  const url = new URL(superuserUrl);
  url.pathname = `/${NAME}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
    await asSuperuser(superuserUrl, `drop database ${NAME}`);
  }
}

/** One statement, or one query's rows, outside of the hub's roles. */
export async function asSuperuser<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface CopyConnection {
  query(sql: string): void;
  sendCopyFromChunk(bytes: Buffer): void;
  endCopyFrom(): void;
}

/** COPY ... FROM STDIN of bytes at hand; the client is told of it as of any other query. */
export function copyIn(client: pg.Client, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed: Error | null = null;
    const copy = {
      submit: (connection: CopyConnection) => connection.query(sql),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(bytes);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleError: (error: Error) => reject((failed = error)),
      handleReadyForQuery: () => {
        if (failed === null) resolve();
      },
    };
    client.query(copy as unknown as pg.Submittable);
  });
}
