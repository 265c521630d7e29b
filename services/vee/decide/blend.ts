/**
 * Registers too coarse to scale by: E* = (E_gap / v_r + E_h / v_h) / (1 / v_r + 1 / v_h), in kWh, the mean of
 * what the registers say (v_r = (m r)^2 / 6) and what the shape says (v_h = (0.45 E_h)^2), each by its variance.
 */
const SHAPE_SPREAD = 0.45;

/** E* in kWh before it is held within T and rounded. A shape of no energy gives E_gap. */
export function blendKwh(gapKwh: number, shapeKwh: number, stepKwh: number): number {
  if (shapeKwh === 0) return gapKwh;
  const register = stepKwh ** 2 / 6;
  const shape = (SHAPE_SPREAD * shapeKwh) ** 2;
  return (gapKwh / register + shapeKwh / shape) / (1 / register + 1 / shape);
}

/** E* in whole Wh, within T of E_gap and not below zero. */
export function blendWh(
  gapWh: number,
  shapeWh: number,
  stepKwh: number,
  toleranceWh: number,
): number {
  const blended = blendKwh(gapWh / 1000, shapeWh / 1000, stepKwh) * 1000;
  const held = Math.min(Math.max(blended, gapWh - toleranceWh, 0), gapWh + toleranceWh);
  return Math.round(held);
}
