/** Forms of ids and texts (exchange files, section 1). Compared byte for byte, never trimmed. */
import { isDammValid } from './damm.js';

const ID = /^[A-Za-z0-9\-_.:]{1,64}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Letters A-Z a-z, digits, `- _ . :`, 1 to 64 characters. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/**
 * At most 200 characters (code points), none of them a control character. The empty text is one.
 */
export function isText(text: string): boolean {
  if (text.length > 400 || CONTROL.test(text)) return false;
  return text.length <= 200 || [...text].length <= 200;
}

/** 10 digits, the first not 0, the last the check digit. Says nothing about having been issued. */
export function isUsdpId(text: string): boolean {
  return /^[1-9]\d{9}$/.test(text) && isDammValid(text);
}

/** Order of ids in reports: by UTF-8 bytes, which is the order of code points. */
export function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      // Surrogates stand for code points above U+FFFF, but sort below U+E000 as UTF-16 units.
      const leftHigh = left >= 0xd800 && left <= 0xdfff;
      const rightHigh = right >= 0xd800 && right <= 0xdfff;
      if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
      return left - right;
    }
  }
  return a.length - b.length;
}
