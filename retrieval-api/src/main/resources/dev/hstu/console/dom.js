// Small words for the page. Everything that comes from the service is put in as text.

export const byId = id => document.getElementById(id);

/** An element with properties and children; texts become text. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [property, value] of Object.entries(properties)) {
    if (property === 'class') {
      element.className = value;
    } else if (property.startsWith('aria-') || property === 'role' || property === 'for' || property === 'scope') {
      element.setAttribute(property, value);
    } else {
      element[property] = value;
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** A button with a name that says on what it acts. */
export function button(text, label, act) {
  const made = make('button', {type: 'button', textContent: text, 'aria-label': label});
  made.addEventListener('click', act);
  return made;
}

/** Fills a list of facts; entries without a value are left out. */
export function facts(list, entries) {
  list.replaceChildren(...entries
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .flatMap(([term, value]) => [make('dt', {}, term), make('dd', {}, value)]));
}

/** Says how it stands, as an error or not. */
export function say(status, text, failed = false) {
  status.textContent = text;
  status.classList.toggle('failed', failed);
}

/** Runs `act` once nothing has been asked for during `millis`. */
export function settled(act, millis) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, millis);
  };
}

const UNITS = [['year', 31557600], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** A span of seconds in its two largest units. */
export function span(seconds) {
  let left = Math.round(seconds);
  const words = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    if (count > 0 && words.length < 2) {
      words.push(count + ' ' + unit + (count === 1 ? '' : 's'));
      left -= count * size;
    } else if (words.length > 0) {
      break;
    }
  }
  return words.join(' ') || '0 seconds';
}

/** A time in whole seconds, readable. */
export function utc(seconds) {
  return Number.isFinite(seconds) && Math.abs(seconds) < 1e11
    ? new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC')
    : '';
}

/** The whole number that a field holds, or null. */
export function wholeNumber(text) {
  return /^[0-9]{1,12}$/.test(text.trim()) ? Number(text.trim()) : null;
}
