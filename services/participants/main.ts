import { bootService } from '@mdmr/service';
import { participantsService } from './participants.module.js';

await bootService(participantsService);
