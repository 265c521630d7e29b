import { bootService } from '@mdmr/service';
import { veeService } from './vee.module.js';

await bootService(veeService);
