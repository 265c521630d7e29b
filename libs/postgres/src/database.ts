import pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';

/** bigint columns hold Wh, instants and counts: all below 2^53, so numbers are exact. */
const INT8_OID = 20;
pg.types.setTypeParser(INT8_OID, Number);

/** The rows and the count of one statement. */
export interface QueryResult<R> {
  readonly rows: R[];
  readonly rowCount: number;
}

/** One transaction. Table names are unqualified: the search path names the schema. */
export interface Tx {
  query<R = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<QueryResult<R>>;
  /** Creates missing day partitions; see `ensureDayPartitions`. */
  readonly database: Database;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Schema of the tables; the bus schema is always behind it in the search path. */
  readonly schema?: string;
  readonly poolMax?: number;
  readonly applicationName?: string;
}

/** Tables of a service live here; `mdmr rebuild` fills a second schema and swaps. */
export const PROJECTION_SCHEMA = 'projection';
/** Fence, positions, heads, journal and quarantine: what a rebuild never touches. */
export const BUS_SCHEMA = 'bus';

type Client = Pick<pg.PoolClient, 'query'>;

async function run<R>(client: Client, sql: string, params: unknown[]): Promise<QueryResult<R>> {
  const result = await client.query(sql, params);
  return { rows: (result.rows ?? []) as R[], rowCount: result.rowCount ?? 0 };
}

/**
 * A service's own database, through TypeORM's pool. Bulk statements run on the pg client that a
 * QueryRunner holds; there is no second pool.
 */
export class Database {
  /** Partitions known to exist, so that a batch does not ask again. */
  readonly knownPartitions = new Set<string>();

  private constructor(
    readonly dataSource: DataSource,
    readonly schema: string,
  ) {}

  /** @throws the driver's error when the server cannot be reached */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const schema = options.schema ?? PROJECTION_SCHEMA;
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      applicationName: options.applicationName ?? 'mdmr',
      extra: {
        max: options.poolMax ?? 12,
        options: `-c search_path=${schema},${BUS_SCHEMA} -c timezone=UTC`,
      },
    });
    await dataSource.initialize();
    return new Database(dataSource, schema);
  }

  /** Runs `work` in a transaction (read committed); any throw rolls back. */
  async tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as Client;
      await runner.startTransaction();
      const result = await work({
        query: (sql, params = []) => run(client, sql, params),
        database: this,
      });
      await runner.commitTransaction();
      return result;
    } catch (error) {
      await rollbackQuietly(runner);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** One statement outside a transaction. */
  async query<R = Record<string, unknown>>(
    sql: string,
    params: unknown[] = [],
  ): Promise<QueryResult<R>> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await run<R>((await runner.connect()) as Client, sql, params);
    } finally {
      await runner.release();
    }
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/** The first error is the one worth telling; a broken connection cannot roll back anyway. */
async function rollbackQuietly(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    // The connection is gone, and with it the transaction.
  }
}
