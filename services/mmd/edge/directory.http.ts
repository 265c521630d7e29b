import { parseEstDay, parseInstant, startOfDay } from '@mdmr/kernel';
import type { Instant } from '@mdmr/kernel';
import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { viewDirectory } from '../report/directory-view.query.js';
import type { DirectoryView } from '../report/directory-view.query.js';

/** What was true of an SDP at one time, as the hub knew it at another. */
@Controller('admin/directory')
export class DirectoryController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get(':usdp')
  async show(
    @Param('usdp') usdp: string,
    @Query('as_of') asOf?: string,
    @Query('as_known_on') asKnownOn?: string,
  ): Promise<DirectoryView> {
    const now = this.tools.clock.now();
    const at = instantOf('as_of', asOf, now);
    const known = instantOf('as_known_on', asKnownOn, now);
    const view = await viewDirectory(this.tools.db, usdp, at, known);
    if (view === null) throw problem(404, 'UNKNOWN_USDP', `${usdp} was not in the directory then.`);
    return view;
  }
}

/** A date (its start), a timestamp, or nothing: now. */
function instantOf(name: string, text: string | undefined, now: Instant): Instant {
  if (text === undefined || text === '') return now;
  const day = parseEstDay(text);
  const instant = day === null ? parseInstant(text) : startOfDay(day);
  if (instant !== null) return instant;
  throw problem(400, 'BAD_VALUE', `${name} is a date or a timestamp with its offset.`);
}
