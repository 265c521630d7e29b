import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { loadParticipants } from '@mdmr/directory';
import { FileScanner } from '@mdmr/formats';
import type { FileScan } from '@mdmr/formats';
import type { ServiceTools } from '@mdmr/service';
import { fileIdFor, headerOf } from '../decide/judge-file.js';
import { takeCustody } from '../decide/take-custody.js';
import type { ArrivedFile } from '../decide/take-custody.js';
import {
  answersSent,
  fileHolding,
  isInCustody,
  nextCustody,
  participantsView,
} from '../report/custody.query.js';
import type { Claim } from './claims.js';
import { hashOf } from './hash-of.js';

const READ_BYTES = 256 * 1024;

/** Reads a claimed file once: scanned, hashed, its bytes in the file store. */
export async function readClaim(tools: ServiceTools, claimed: Claim): Promise<ArrivedFile> {
  const { maxFileBytes, maxRecords, maxLineBytes, maxRequests, segmentBytes } = tools.config;
  const limits = { maxFileBytes, maxRecords, maxLineBytes, maxRequests };
  const scanner = new FileScanner(limits, { segmentBytes });
  const source = scanned(claimed.path, scanner);
  const { size } = await stat(claimed.path);
  // What is too large is refused, so nobody will read it: the archive alone keeps its bytes.
  const sha256 =
    size > maxFileBytes ? await hashOf(source) : (await tools.files.put(source)).sha256;
  const scan: FileScan = scanner.finish();
  return { ...claimed, door: 'drop', sha256, scan };
}

async function* scanned(path: string, scanner: FileScanner): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: READ_BYTES });
  for await (const chunk of chunks) {
    scanner.push(chunk);
    yield chunk;
  }
}

/**
 * Takes a file into custody in one transaction, once, however often it is asked to.
 * @returns false: the file must wait for the decision about an earlier one of its file_id
 */
export async function takeFile(tools: ServiceTools, file: ArrivedFile): Promise<boolean> {
  let isTaken = false;
  await tools.bus.decide(async ({ tx, now }) => {
    isTaken = await isInCustody(tx, file.custodyId);
    if (isTaken) return [];
    const { org, scan, sha256 } = file;
    const hasHeader = headerOf(scan) !== null;
    const earlier = hasHeader ? await fileHolding(tx, org, fileIdFor(scan, sha256)) : null;
    const events = takeCustody(file, {
      ...(await nextCustody(tx, now)),
      participants: participantsView(await loadParticipants(tx)),
      earlier,
      answers: earlier === null ? [] : await answersSent(tx, earlier.custodyId),
      windowMaxDays: tools.config.bqWindowMaxDays,
    });
    isTaken = events.length > 0;
    return events;
  });
  return isTaken;
}
