import { randomInt } from 'node:crypto';
import { emit } from '@mdmr/bus';
import type { Ctx, OutEvent, StepProcessor } from '@mdmr/bus';
import type { EventValue } from '@mdmr/events';
import { readKindBatches, readKindRecords, USDP_REQ } from '@mdmr/formats';
import type { FilePosition, KindBatch } from '@mdmr/formats';
import type { Tx } from '@mdmr/postgres';
import type { WiringTools } from '@mdmr/service';
import { decide, RepeatedSdps, sdpIdOf } from '../decide/issue-usdp.js';
import { drawUsdpIds } from '../decide/usdp-id.js';
import { heldUsdpIds, issuedAmong } from '../report/sdp.query.js';
import { composeResponses } from '../report/usdp-response.report.js';

type Request = EventValue<'gateway.FileReceived'>;

/**
 * How far a file is worked; survives a crash. `from` null = all is decided, the response is due.
 */
interface Progress {
  readonly chunk: number;
  readonly from: FilePosition | null;
}

const CHUNK_RECORDS = 1_000;
const START: Progress = { chunk: 0, from: { offset: 0, line: 1 } };

/** A USDP-REQ in custody is decided chunk by chunk, then answered; each step is one transaction. */
export function requestFileSubscription(tools: WiringTools): StepProcessor {
  const request = new RequestFile(tools);
  return {
    name: 'request-file',
    topics: ['mdmr.gateway.files.v1'],
    async step(event, progress, ctx) {
      const isRequest = event.type === 'gateway.FileReceived' && event.value.kind === USDP_REQ.kind;
      if (!isRequest) return { events: [], progress: null };
      const { chunk, from } = (progress as Progress | null) ?? START;
      if (from !== null) return request.decideChunk(event.value, chunk, from, ctx);
      const events = await composeResponses(ctx.tx, tools.files, event.value, ctx.now);
      return { events, progress: null };
    },
  };
}

class RequestFile {
  /** Of the file in work; read again after a restart. */
  private repeated: { readonly custodyId: string; readonly sdpIds: Set<string> } | null = null;

  constructor(private readonly tools: WiringTools) {}

  async decideChunk(request: Request, chunk: number, from: FilePosition, ctx: Ctx) {
    const { records, next } = await this.batchAt(request, from);
    const { ldc, ldc_has_role: ldcHasRole } = request;
    const decision = decide(records, {
      ldcHasRole,
      repeated: await this.repeatedIn(request),
      held: await heldUsdpIds(ctx.tx, ldc!, records.map(sdpIdOf)),
      fresh: await freshUsdpIds(ctx.tx, records.length),
    });
    const { issued, rejected, addresses } = decision;
    const events: OutEvent[] = [
      emit('usdp.UsdpRequestDecided', ldc!, {
        at_ms: ctx.now,
        custody_id: request.custody_id,
        custody_at_ms: request.at_ms,
        sender: request.sender_org,
        ldc: ldc!,
        file_id: request.file_id,
        chunk,
        last: next === null,
        issued,
        rejected,
      }),
    ];
    if (addresses.length > 0) {
      const recorded = { at_ms: ctx.now, ldc: ldc!, addresses };
      events.push(emit('usdp.SdpAddressesRecorded', ldc!, recorded));
    }
    return { events, progress: { chunk: chunk + 1, from: next && { ...next } } };
  }

  private async batchAt(request: Request, from: FilePosition): Promise<KindBatch> {
    const { files, config } = this.tools;
    const source = files.read(request.sha256, { start: from.offset });
    const options = { from, maxLineBytes: config.maxLineBytes };
    const batches = readKindBatches(USDP_REQ, source, CHUNK_RECORDS, options);
    for await (const batch of batches) return batch;
    return { records: [], next: null };
  }

  private async repeatedIn({ custody_id, sha256 }: Request): Promise<Set<string>> {
    if (this.repeated?.custodyId === custody_id) return this.repeated.sdpIds;
    const { files, config } = this.tools;
    const sdps = new RepeatedSdps();
    const { maxLineBytes } = config;
    for await (const record of readKindRecords(USDP_REQ, files.read(sha256), { maxLineBytes })) {
      sdps.add(record);
    }
    this.repeated = { custodyId: custody_id, sdpIds: sdps.repeated };
    return sdps.repeated;
  }
}

/** USDP IDs that were never issued. The lane that draws is the only one that issues. */
async function freshUsdpIds(tx: Tx, count: number): Promise<string[]> {
  const fresh = new Set<string>();
  while (fresh.size < count) {
    const drawn = drawUsdpIds(count - fresh.size, randomInt);
    const issued = await issuedAmong(tx, drawn);
    for (const id of drawn) if (!issued.has(id)) fresh.add(id);
  }
  return [...fresh];
}
