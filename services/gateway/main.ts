import { bootService } from '@mdmr/service';
import { gatewayService } from './gateway.module.js';

await bootService(gatewayService);
