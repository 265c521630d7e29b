import { bootService } from '@mdmr/service';
import { readsService } from './reads.module.js';

await bootService(readsService);
