/** How names, dates and numbers from DICOM read on the screen. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** PN `SURNAME^Given^Middle^Prefix^Suffix` as `SURNAME, Given Middle (Prefix)`, and in its own script after it. @param {string} [name] @param {string} [ideographic] */
export function personName(name = '', ideographic = '') {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = name.split('^').map((part) => part.trim());
  const first = [given, middle].filter(Boolean).join(' ');
  const title = [prefix, suffix].filter(Boolean).join(' ');
  const whole = [family.toLocaleUpperCase('en-GB'), first].filter(Boolean).join(', ');
  const own = ideographic.split('^').map((part) => part.trim()).filter(Boolean).join(' ');
  return [whole, title && `(${title})`, own && (whole ? `(${own})` : own)].filter(Boolean).join(' ');
}

/** DA `20261121` as `21-Nov-2026`; anything else as it came. @param {string} date */
export function dateText(date) {
  const parts = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date);
  const month = MONTHS[Number(parts?.[2]) - 1];
  return parts && month ? `${parts[3]}-${month}-${parts[1]}` : date;
}

/** TM `142501.2` as `14:25`. @param {string} time */
export function timeText(time) {
  const parts = /^(\d{2}):?(\d{2})/.exec(time);
  return parts ? `${parts[1]}:${parts[2]}` : '';
}

/** An NHS number is read in groups of 3, 3 and 4. @param {string} id */
export function patientId(id) {
  return isNhsNumber(id) ? `${id.slice(0, 3)} ${id.slice(3, 6)} ${id.slice(6)}` : id;
}

/** Ten digits of which the last checks the others, modulus 11. @param {string} id */
export function isNhsNumber(id) {
  if (!/^\d{10}$/.test(id)) return false;
  const sum = [...id.slice(0, 9)].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0);
  return (11 - (sum % 11)) % 11 === Number(id[9]);
}

/** @param {string} sex */
export function sexText(sex) {
  return { M: 'Male', F: 'Female', O: 'Other' }[sex] ?? '';
}

/** @param {number} value */
export function signed(value, digits = 0) {
  return value.toFixed(digits).replace(/^-(?=.*[1-9])/, '−').replace(/^-/, '');
}

/** @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** How much earlier `date` is than `than`, both DA: `8 months earlier`. @param {string} date @param {string} than */
export function earlierText(date, than) {
  const days = Math.round((day(than) - day(date)) / 86_400_000);
  if (!Number.isFinite(days) || days <= 0) return '';
  if (days < 60) return `${counted(days, 'day')} earlier`;
  if (days < 730) return `${counted(Math.round(days / 30.44), 'month')} earlier`;
  return `${counted(Math.round(days / 365.25), 'year')} earlier`;
}

/** @param {string} date */
function day(date) {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(date);
  return parts ? Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) : NaN;
}

/** What millimetres are worth, by PS3.3 10.7.1.2. */
export const SPACING_WORDS = {
  patient: '', detector: 'at the detector plane', geometry: 'corrected for magnification', fiducial: 'calibrated by a known object', corrected: 'calibrated', unsaid: 'at an unknown plane',
  hand: 'calibrated by hand',
};
