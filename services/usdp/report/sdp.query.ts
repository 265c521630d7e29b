import type { Tx } from '@mdmr/postgres';

export interface SdpRow {
  readonly line: number;
  readonly sdp_id: string;
  readonly usdp_id: string;
  readonly assigned_at_ms: number;
}

/** USDP ID by sdp_id, of those of an LDC's SDPs that have one. */
export async function heldUsdpIds(
  tx: Tx,
  ldc: string,
  sdpIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ sdp_id: string; usdp_id: string }>(
    'select sdp_id, usdp_id from sdp where ldc = $1 and sdp_id = any($2)',
    [ldc, sdpIds],
  );
  return new Map(rows.map((row) => [row.sdp_id, row.usdp_id]));
}

/** Those of the USDP IDs that were issued already. */
export async function issuedAmong(tx: Tx, usdpIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ usdp_id: string }>(
    'select usdp_id from sdp where usdp_id = any($1)',
    [usdpIds],
  );
  return new Set(rows.map((row) => row.usdp_id));
}

const PAGE = 10_000;

/** What a request was given, in request order, in pages. */
export async function* issuedFor(tx: Tx, custodyId: string): AsyncGenerator<SdpRow[]> {
  for (let after = 0; ;) {
    const { rows } = await tx.query<SdpRow>(
      `select line, sdp_id, usdp_id, assigned_at_ms from sdp
       where custody_id = $1 and line > $2 order by line limit ${PAGE}`,
      [custodyId, after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.line;
  }
}
