import type { EventReport } from './event-report.js';
import type { ScheduledReport } from './scheduled-report.js';
import { br01 } from './br01.report.js';
import { br03 } from './br03.report.js';
import { br06 } from './br06.report.js';
import { br07 } from './br07.report.js';
import { dc01 } from './dc01.report.js';
import { dc04 } from './dc04.report.js';
import { dc07 } from './dc07.report.js';
import { ir06 } from './ir06.report.js';
import { ir07 } from './ir07.report.js';
import { ir08 } from './ir08.report.js';
import { ir10 } from './ir10.report.js';
import { ir14 } from './ir14.report.js';
import { ir17 } from './ir17.report.js';
import { us01 } from './us01.report.js';
import { ve02 } from './ve02.report.js';

/** Reports about something received: made when the last of it is decided. */
export const eventReports: readonly EventReport[] = [
  us01, // USDP request exceptions
  ir06, // records a set applied
  ir07, // records rejected for their content
  ir08, // request items that ended unanswered
  ir10, // set not applied
  ir14, // records rejected for their relations
  ir17, // file refused whole
  dc07, // answer to a read file
  br01, // delivery detail
  br06, // items that ended without any source value
  br07, // request warnings
];

/** Reports of a schedule: made in this order once a run is due and all before it is worked off. */
export const scheduledReports: readonly ScheduledReport[] = [
  dc01, // INTERIM: collection per head-end and day
  dc04, // INTERIM: values held, rejected, applied later, moved
  ve02, // FINAL: gaps that could not be estimated
  br03, // FINAL: changed after delivery
];
