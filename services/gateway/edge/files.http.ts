import { emit } from '@mdmr/bus';
import { problem, SERVICE } from '@mdmr/service';
import type { ServiceTools } from '@mdmr/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { IsString } from 'class-validator';
import { answersTo, findFile, findOutbound, linesOf, listFiles } from '../report/files.query.js';

class Resend {
  @IsString() readonly file!: string;
}

/** Custody of files: listed, shown, sent again. */
@Controller('admin/files')
export class FilesController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get()
  async list(@Query('org') org?: string, @Query('state') state?: string): Promise<object> {
    return { files: await listFiles(this.tools.db, { org, state }) };
  }

  @Get('show')
  showNamed(@Query('file') file: string): Promise<object> {
    return this.show(file);
  }

  @Get(':file')
  async show(@Param('file') ref: string): Promise<object> {
    const { db } = this.tools;
    const file = await findFile(db, ref);
    if (file === null) throw problem(404, 'UNKNOWN_FILE', `there is no file ${ref} in custody`);
    return { ...file, lines: await linesOf(db, file.id), sent: await answersTo(db, file.id) };
  }

  @Post('resend')
  @HttpCode(200)
  async resend(@Body() { file: ref }: Resend): Promise<object> {
    const file = await findOutbound(this.tools.db, ref);
    if (file === null) throw problem(404, 'UNKNOWN_FILE', `the hub has sent no file ${ref}`);
    const { recipient, file_id } = file;
    await this.tools.bus.decide(async ({ now }) => [
      emit('gateway.FileResendAsked', recipient, { at_ms: now, recipient, file_id }),
    ]);
    return file;
  }
}
