import type { Ctx, InEvent, StepProcessor, StepResult } from '@mdmr/bus';
import { listSdps, loadParticipants } from '@mdmr/directory';
import { LAST_DAY, type DayRange, type DeviceKey } from '../decide/index.js';
import { DirectoryMemory } from '../report/directory-cache.js';
import { metersAtPoint } from './derive-channel-days.js';
import { lockForReattribution, nextDays, reattribute, type Scope } from './reattribution.js';
import { Workbench } from './workbench.js';

type SettingSet = InEvent<'participants.LdcSettingSet'>['value'];
type HeadEndRegistered = InEvent<'participants.HeadEndRegistered'>['value'];

/** Names up to `after` are worked; of the next ones the days before `day` are. */
interface Progress {
  readonly after: string;
  readonly day: number | null;
}

const PAGE = 300;
/** Held devices worked with all their days at once: what is held shrinks with every step. */
const DEVICES = 25;
const DONE: StepResult = { events: [], progress: null };
const START: Progress = { after: '', day: null };
const DEFAULT_SERVICE = 'default-vee.';

/**
 * Registrations that attribution looks at: an LDC's default VEE service lets held values of its
 * service points apply, an LDC added to a head-end lets that LDC's meters be found.
 */
export function participantsSubscription(): StepProcessor {
  return {
    name: 'participants',
    topics: ['mdmr.participants.organizations.v1'],
    step: async (event, progress, ctx) => {
      const at = (progress as unknown as Progress | null) ?? START;
      if (event.type === 'participants.LdcSettingSet') return settingStep(event.value, at, ctx);
      if (event.type === 'participants.HeadEndRegistered') return headEndStep(event.value, at, ctx);
      return DONE;
    },
  };
}

async function settingStep(setting: SettingSet, at: Progress, ctx: Ctx): Promise<StepResult> {
  if (!setting.name.startsWith(DEFAULT_SERVICE)) return DONE;
  await lockForReattribution(ctx.tx, [setting.ldc]);
  const bench = await openBench(ctx);
  const usdps = (await listSdps(ctx.tx, setting.ldc)).filter((u) => u > at.after).slice(0, PAGE);
  await bench.directory.ensurePoints(ctx.tx, usdps);
  const range: DayRange = { fromDay: setting.from_day, toDay: LAST_DAY };
  const devices = usdps
    .flatMap((usdp) => metersAtPoint(bench.view, usdp))
    .flatMap((meter) => bench.devicesOf(meter));
  const scope: Scope = {
    devices: devices.map((device) => ({ device, range })),
    points: usdps.map((usdpId) => ({ usdpId, range })),
  };
  await bench.ensureDevices(devices);
  const { days, nextDay } = await nextDays(bench, scope, at.day);
  const events = days.length === 0 ? [] : await reattribute(bench, scope, days);
  if (nextDay !== null) return { events, progress: { after: at.after, day: nextDay } };
  if (usdps.length < PAGE) return { events, progress: null };
  return { events, progress: { after: usdps.at(-1)!, day: null } };
}

async function headEndStep(
  headEnd: HeadEndRegistered,
  at: Progress,
  ctx: Ctx,
): Promise<StepResult> {
  await lockForReattribution(ctx.tx, [...headEnd.ldcs].sort());
  const held = await ctx.tx.query<{ device_id: string; id_kind: DeviceKey; days: number[] }>(
    `select s.device_id, s.id_kind, array_agg(distinct s.est_day) as days from block_state s
     where s.amcc_id = $1 and s.held_values > 0 and s.device_id in (
       select distinct device_id from block_state
       where amcc_id = $1 and held_values > 0 and device_id > $2 order by 1 limit $3)
     group by 1, 2 order by 1, 2`,
    [headEnd.amcc_id, at.after, DEVICES],
  );
  if (held.rows.length === 0) return DONE;
  const bench = await openBench(ctx);
  const devices = held.rows.flatMap((row) =>
    row.days.map((day) => ({
      device: { amccId: headEnd.amcc_id, deviceId: row.device_id, key: row.id_kind },
      range: { fromDay: day, toDay: day },
    })),
  );
  const names = [...new Set(held.rows.map((row) => row.device_id))];
  const scope: Scope = { devices, points: [] };
  await bench.ensureDevices(devices.map((d) => d.device));
  const { days } = await nextDays(bench, scope, null, true);
  const events = await reattribute(bench, scope, days);
  return { events, progress: { after: names.at(-1)!, day: null } };
}

async function openBench(ctx: Ctx): Promise<Workbench> {
  const participants = await loadParticipants(ctx.tx);
  return Workbench.open(ctx.tx, ctx.now, participants, new DirectoryMemory());
}
