/** Names of files as organizations chose them, made fit for folders of the hub. */

const MAX_BYTES = 255;
const UNSAFE = /[\u0000-\u001f\u007f-\u009f/\\\ufffd]/g;

/**
 * The name in NFC; what a path or a report cannot hold becomes `_`. Names of folders stay names of
 * files.
 */
export function safeName(name: string): string {
  const safe = name.normalize('NFC').replace(UNSAFE, '_');
  return fit(/^\.{0,2}$/.test(safe) ? `_${safe}` : safe, '');
}

/**
 * A free name like the one given: itself, else with the tag before its ending, else with a number
 * too.
 */
export function freeName(name: string, tag: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let n = 1; ; n++) {
    const tail = `.${tag}${n === 1 ? '' : `-${n}`}${ending}`;
    const candidate = fit(stem, tail) + tail;
    if (!isTaken(candidate)) return candidate;
  }
}

/** The text cut so that with the tail it is no longer than a file system takes. */
function fit(text: string, tail: string): string {
  const room = MAX_BYTES - Buffer.byteLength(tail);
  if (Buffer.byteLength(text) <= room) return text;
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    cut += character;
  }
  return cut;
}
