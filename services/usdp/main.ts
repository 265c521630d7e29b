import { bootService } from '@mdmr/service';
import { usdpService } from './usdp.module.js';

await bootService(usdpService);
