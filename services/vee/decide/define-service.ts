/** `vee-service add`: a new service, or its next version. */
import { type EstDay, isId, Rejection } from '@mdmr/kernel';
import { checkServiceVersion, type ServiceVersion } from './service-book.js';

export interface DefineService {
  readonly serviceId: string;
  readonly rules: string;
  /** Null: mean10. */
  readonly ladder: string | null;
  readonly strict: boolean;
  readonly profile: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly fromDay: EstDay;
}

/** The version to register; null where the newest one states the same from the same day or before. */
export function defineService(
  command: DefineService,
  held: readonly ServiceVersion[],
): ServiceVersion | null {
  if (!isId(command.serviceId)) {
    throw new Rejection('BAD_VALUE', `${command.serviceId} is no id`);
  }
  if (command.profile !== null) {
    throw new Rejection('BAD_VALUE', 'class load profiles (EST-CLP) are not supported yet');
  }
  const mine = held.filter((v) => v.serviceId === command.serviceId);
  const version = mine.reduce((highest, v) => Math.max(highest, v.version), 0) + 1;
  const defined = { ...command, ladder: command.ladder ?? 'mean10', version };
  checkServiceVersion(defined);
  const inForce = mine
    .filter((v) => v.fromDay <= defined.fromDay)
    .sort((a, b) => a.fromDay - b.fromDay || a.version - b.version)
    .at(-1);
  return inForce !== undefined && factsText(inForce) === factsText(defined) ? null : defined;
}

function factsText(v: ServiceVersion): string {
  const settings = Object.entries(v.settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([v.rules, v.ladder, v.strict, v.profile, settings]);
}
