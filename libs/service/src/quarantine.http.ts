import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import type { QuarantinePlace } from '@mdmr/bus';
import { Type } from 'class-transformer';
import { IsInt, IsString, MaxLength, Min } from 'class-validator';
import { SERVICE, type ServiceTools } from './spec.js';

const NAME_LENGTH = 200;

class Place implements QuarantinePlace {
  @IsString()
  @MaxLength(NAME_LENGTH)
  readonly processor!: string;

  @IsString()
  @MaxLength(NAME_LENGTH)
  readonly topic!: string;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly partition!: number;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  readonly offset!: number;
}

/** Messages that were set aside, and partitions that stand at one. */
@Controller('admin/quarantine')
export class QuarantineController {
  constructor(@Inject(SERVICE) private readonly tools: ServiceTools) {}

  @Get()
  list(): Promise<object> {
    return this.tools.bus.quarantine();
  }

  @Get('message')
  show(@Query() place: Place): Promise<object> {
    return this.tools.bus.showQuarantined(place);
  }

  @Post('replay')
  @HttpCode(200)
  async replay(@Body() place: Place): Promise<object> {
    await this.tools.bus.replayQuarantined(place);
    return { replayed: place };
  }

  @Post('discard')
  @HttpCode(200)
  async discard(@Body() place: Place): Promise<object> {
    await this.tools.bus.discardQuarantined(place);
    return { discarded: place };
  }
}
