import pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';

/** bigint columns hold Wh, instants and counts: all below 2^53, so numbers are exact. */
const INT8_OID = 20;
pg.types.setTypeParser(INT8_OID, Number);
/** The driver's types list only scalar types; it knows the arrays all the same. */
const INT8_ARRAY_OID = 1016 as typeof INT8_OID;
const texts = pg.types.getTypeParser(INT8_ARRAY_OID) as (text: string) => (string | null)[];
pg.types.setTypeParser(INT8_ARRAY_OID, (text) =>
  texts(text).map((item) => (item === null ? null : Number(item))),
);

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

const POOL_MAX = 12;
const ASIDE_MAX = 1;

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
    /** For what must not wait for a connection that a running transaction holds. */
    private readonly aside: DataSource,
    readonly schema: string,
  ) {}

  /** @throws the driver's error when the server cannot be reached */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const schema = options.schema ?? PROJECTION_SCHEMA;
    const source = (max: number) =>
      new DataSource({
        type: 'postgres',
        url: options.url,
        applicationName: options.applicationName ?? 'mdmr',
        extra: { max, options: `-c search_path=${schema},${BUS_SCHEMA} -c timezone=UTC` },
      });
    const dataSource = await source(options.poolMax ?? POOL_MAX).initialize();
    const aside = await source(ASIDE_MAX).initialize();
    return new Database(dataSource, aside, schema);
  }

  /** Runs `work` in a transaction (read committed); any throw rolls back. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.dataSource, work);
  }

  /**
   * A short transaction beside a running one, e.g. for a new partition. It has connections of its
   * own: were they shared, as many transactions as the pool has could all wait for one more.
   */
  txAside<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(this.aside, work);
  }

  private async transaction<T>(source: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner();
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
    await this.aside.destroy();
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
