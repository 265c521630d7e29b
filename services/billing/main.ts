import { bootService } from '@mdmr/service';
import { billingService } from './billing.module.js';

await bootService(billingService());
