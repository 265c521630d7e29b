import { emit } from '@mdmr/bus';
import { loadParticipants } from '@mdmr/directory';
import { readCsvRecords } from '@mdmr/formats';
import { Rejection } from '@mdmr/kernel';
import type { Tx } from '@mdmr/postgres';
import { SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Equals, IsString } from 'class-validator';
import { loadRateClasses } from '../decide/rate-class-list.js';
import type { CodesRecord, RateClass } from '../decide/rate-class-list.js';

class LoadCodes {
  @Equals('rate-class') readonly kind!: string;
  @IsString() readonly ldc!: string;
  /** The text of the CODES file. */
  @IsString() readonly content!: string;
}

/** Lists of codes that records of an LDC may use. */
@Controller('admin/codes')
export class CodesController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Post()
  @HttpCode(200)
  async load(@Body() { kind, ldc, content }: LoadCodes): Promise<object> {
    const records = await recordsOf(content);
    const events = await this.tools.bus.decide(async ({ tx, now }) => {
      const people = await loadParticipants(tx);
      const state = { ldc: people.org(ldc), held: await heldList(tx, ldc) };
      const event = loadRateClasses(ldc, records, state, now);
      return event === null ? [] : [emit('participants.RateClassListLoaded', ldc, event)];
    });
    return { kind, ldc, codes: records.length - 2, changed: events.length > 0 };
  }
}

async function recordsOf(content: string): Promise<CodesRecord[]> {
  const records: CodesRecord[] = [];
  for await (const { line, fields, trouble } of readCsvRecords([Buffer.from(content)])) {
    if (trouble !== null) {
      const { reason, detail } = trouble;
      throw new Rejection('BAD_CODES_FILE', `line ${line}: ${reason} ${detail}`);
    }
    records.push({ line, fields });
  }
  return records;
}

async function heldList(tx: Tx, ldc: string): Promise<RateClass[] | null> {
  const { rows } = await tx.query<{ codes: RateClass[] }>(
    'select codes from rate_class_list where ldc = $1',
    [ldc],
  );
  return rows[0]?.codes ?? null;
}
