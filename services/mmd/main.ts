import { bootService } from '@mdmr/service';
import { mmdService } from './mmd.module.js';

await bootService(mmdService);
