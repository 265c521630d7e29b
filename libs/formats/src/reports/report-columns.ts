/** The columns of every report, by report id, and the type of a column by its name. */
import type { FieldType } from '../kinds/field-types.js';

function columns(text: string): readonly string[] {
  return text.split(',');
}

const BR03 =
  'bq_id,usdp_id,account_id,start,end,segment_no,segment_start,segment_end,channel,old_revision,' +
  'new_revision,change,old_total,new_total,diff_total,old_on,new_on,diff_on,' +
  'old_mid,new_mid,diff_mid,old_off,new_off,diff_off,old_ultra_low,new_ultra_low,diff_ultra_low,' +
  'hours_changed,cause,' +
  'request_file_id,delivered_at,delivered_to';

const DC02 = 'usdp_id,meter_id,channel,day,rule,severity,value,limit,intervals';

export const REPORT_COLUMNS = {
  US01: columns('file_id,line,sdp_id,reason,existing_usdp_id'),
  IR06: columns('file_id,line,set_id,part,usdp_id,record_key,action,effective_from,source,lacks'),
  IR07: columns('file_id,line,set_id,part,usdp_id,record_key,field,reason,value'),
  IR14: columns('file_id,line,set_id,part,usdp_id,record_key,reason,conflicting_with'),
  IR10: columns('set_id,sequence,reason,parts_received,parts_missing,detail,expected_sequence'),
  IR17: columns('file_id,line,kind,reason,detail,file_name'),
  IR08: columns('file_id,line,request_file_id,usdp_id,start,end,reason,detail'),
  DC01: columns('amcc,day,expected,complete,partial,missing,received_after_due'),
  DC02: columns(DC02),
  DC03: columns(`${DC02},outcome`),
  DC04: columns(
    'file_id,line,meter_id,amcd_id,channel,first,last,values,reason,state,usdp_id,' +
      'from_usdp_id,file_name',
  ),
  DC05: columns('usdp_id,meter_id,last_read_at,days'),
  DC06: columns('usdp_id,meter_id,since,days'),
  DC07: columns(
    'file_id,line,meter_id,channel,first,last,lines,values,applied,unchanged,superseded,held,' +
      'rejected,reason,file_name',
  ),
  VE01: columns('usdp_id,channel,day,rule,intervals,since'),
  VE02: columns('usdp_id,channel,day,first,last,reason'),
  VE03: columns('usdp_id,meter_id,last_interval_end'),
  VE04: columns('service,rule,day,checked,passed,info,warned,failed,not_run,estimated,edited,nve'),
  BR01: columns(
    'file_id,line,request_file_id,usdp_id,bq_id,revision,segment_no,framing,channel,total,' +
      'intervals,measured,estimated,edited',
  ),
  BR02: columns('usdp_id,status,from,to,kwh'),
  BR03: columns(BR03),
  BR04: columns('request_file_id,window_end,requested,delivered,pending,failed,reasons'),
  BR05: columns('request_file_id,usdp_id,account_id,start,end,days,reason,detail,owner,hours_left'),
  BR06: columns('file_id,line,request_file_id,usdp_id,start,end,last_interval_end'),
  BR07: columns('file_id,line,request_file_id,usdp_id,warning,other_request_file_id'),
  SL01: columns('service,period,measured,within,percent,target,misses,excluded'),
} as const satisfies Record<string, readonly string[]>;

export type ReportId = keyof typeof REPORT_COLUMNS;

/** True if the text is the id of a report. */
export function isReportId(text: string): text is ReportId {
  return Object.hasOwn(REPORT_COLUMNS, text);
}

const TIMESTAMPS = new Set(['first', 'last', 'last_interval_end', 'window_end']);
const DATES = new Set(columns('day,start,end,from,to,since,segment_start,segment_end'));
const BINS = columns('total,on,mid,off,ultra_low');
const ENERGY = new Set([
  'total',
  'kwh',
  ...['old', 'new', 'diff'].flatMap((side) => BINS.map((bin) => `${side}_${bin}`)),
]);

/** How a number in a column is written: Instants, EstDays, Wh, else a plain count. */
export function reportColumnType(name: string): FieldType {
  if (TIMESTAMPS.has(name) || name.endsWith('_at')) return 'timestamp';
  if (DATES.has(name)) return 'date';
  if (ENERGY.has(name)) return 'energy';
  return name === 'file_name' ? 'text' : 'any';
}
