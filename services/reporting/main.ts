import { bootService } from '@mdmr/service';
import { reportingService } from './reporting.module.js';

await bootService(reportingService);
