// Units: their symbols, and the reader's own where there is a choice.

import { measures, temperatureUnit } from "./settings.js";
import { tOr } from "./words.js";

/** Symbol by key of the protocol's registry; those without a symbol are left out. */
export const SYMBOLS = {
  celsius: "°C", kelvin: "K", fahrenheit: "°F", color_kelvin: "K", rgb: "", percent: "%",
  ppm: "ppm", ppb: "ppb", ug_m3: "µg/m³", mg_m3: "mg/m³", per_cm3: "1/cm³", lux: "lx",
  lumen: "lm", pascal: "Pa", hectopascal: "hPa", watt: "W", volt_ampere: "VA", watt_hour: "Wh",
  kilowatt_hour: "kWh", kilocalorie: "kcal", volt: "V", millivolt: "mV", ampere: "A",
  milliampere: "mA", milliampere_hour: "mAh", ohm: "Ω", hertz: "Hz", millisecond: "ms",
  second: "s", minute: "min", hour: "h", day: "d", month: "mo", millimeter: "mm",
  centimeter: "cm", meter: "m", kilometer: "km", square_meter: "m²", meter_per_second: "m/s",
  meter_per_second_squared: "m/s²", kilometer_per_hour: "km/h", gram: "g", kilogram: "kg",
  milliliter: "mL", liter: "L", cubic_meter: "m³", milliliter_per_hour: "mL/h",
  liter_per_minute: "L/min", m3_per_hour: "m³/h", bpm: "bpm", breath_per_minute: "/min",
  millimeter_of_mercury: "mmHg", step: "steps", count: "", byte: "B", byte_per_second: "B/s",
  bit_per_second: "bit/s", decibel: "dB", dbm: "dBm", degree: "°", rpm: "rpm", ph: "pH",
  microsiemens_per_cm: "µS/cm",
};

/** The symbol of a unit, or its word where the reader's language has one. */
const symbolOf = (unit) => tOr(`unit.${unit}`, SYMBOLS[unit] ?? "");

const FAHRENHEIT = { scale: 1.8, offset: 32, symbol: "°F", digits: 0 };
const CELSIUS = { scale: 5 / 9, offset: -160 / 9, symbol: "°C", digits: 1 };
const US = {
  kilogram: { scale: 2.204623, offset: 0, symbol: "lb", digits: 1 },
  kilometer: { scale: 0.621371, offset: 0, symbol: "mi", digits: 1 },
  kilometer_per_hour: { scale: 0.621371, offset: 0, symbol: "mph", digits: 0 },
};

/** Large numbers of these are told in thousands, millions and so on. */
const THOUSANDS = {
  byte: ["B", "kB", "MB", "GB", "TB"],
  byte_per_second: ["B/s", "kB/s", "MB/s", "GB/s"],
  bit_per_second: ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"],
  watt_hour: ["Wh", "kWh", "MWh"],
  meter: ["m", "km"],
};

/** How a unit is turned into what the reader wants, or null. */
function wanted(unit) {
  if (unit === "celsius" && temperatureUnit.value === "fahrenheit") return FAHRENHEIT;
  if (unit === "fahrenheit" && temperatureUnit.value === "celsius") return CELSIUS;
  return measures.value === "us" ? (US[unit] ?? null) : null;
}

/** A number in the reader's unit: {number, symbol, digits}; digits null leaves them as they are. */
export function convert(number, unit) {
  const turn = wanted(unit);
  if (turn) {
    return { number: number * turn.scale + turn.offset, symbol: turn.symbol, digits: turn.digits };
  }
  const steps = THOUSANDS[unit];
  if (!steps || Math.abs(number) < 1000) return { number, symbol: symbolOf(unit), digits: null };
  let step = 0;
  while (Math.abs(number) >= 1000 && step < steps.length - 1) {
    number /= 1000;
    step += 1;
  }
  return { number, symbol: steps[step], digits: Math.abs(number) < 10 ? 2 : 1 };
}

/** A function from the device's numbers to the reader's, the same for a whole chart. */
export function chartUnit(unit, greatest) {
  const turn = wanted(unit);
  if (turn) return { turn: (n) => n * turn.scale + turn.offset, symbol: turn.symbol };
  const steps = THOUSANDS[unit];
  if (!steps) return { turn: (n) => n, symbol: symbolOf(unit) };
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log10(greatest || 1) / 3)));
  return { turn: (n) => n / 1000 ** step, symbol: steps[step] };
}
