// The request: events, time, k, what is left out.

import {byId, button, make, span, utc, wholeNumber} from './dom.js';
import {learnTitles, title} from './titles.js';

const SECONDS_BETWEEN = 600;
const LONGEST_OFFSET = 31557600;

/** Events in the order they were added: {itemId, timestamp, action}, the last two as typed. */
const events = [];
const excluded = new Map();
let changed = () => {};

const now = () => Math.floor(Date.now() / 1000);
const byTime = () => [...events].sort((a, b) => Number(a.timestamp) - Number(b.timestamp));
const lastTime = () => events.reduce((last, event) => Math.max(last, wholeNumber(event.timestamp) ?? 0), 0);

/** The slider's place as seconds: fine near the last event, coarse a year after it. */
const seconds = place => Math.round((LONGEST_OFFSET + 1) ** (place / 1000)) - 1;
const place = offset => Math.round(1000 * Math.log(offset + 1) / Math.log(LONGEST_OFFSET + 1));

/** Body of a retrieve request, without k and filter; throws a sentence where a field holds none. */
export function requestBody() {
  for (const event of events) {
    if (wholeNumber(event.timestamp) === null) {
      throw new Error('The time of ' + title(event.itemId) + ' must be whole seconds.');
    }
  }
  const body = {
    events: byTime().map(event => ({
      itemId: event.itemId,
      timestamp: Number(event.timestamp),
      ...(event.action.trim() === '' ? {} : {action: Number(event.action)}),
    })),
    excludeSeen: byId('exclude-seen').checked,
  };
  const time = byId('request-time').value.trim();
  if (time !== '') {
    if (wholeNumber(time) === null) {
      throw new Error('The request time must be whole seconds since 1970.');
    }
    body.requestTime = Number(time);
  }
  if (excluded.size > 0) {
    body.excludeItemIds = [...excluded.keys()];
  }
  return body;
}

/** Adds an event some minutes after the last one. */
export function addEvent(item) {
  const at = events.length === 0 ? now() - 3600 : lastTime() + SECONDS_BETWEEN;
  events.push({itemId: item.itemId, timestamp: String(at), action: ''});
  const time = wholeNumber(byId('request-time').value);
  if (time === null || time < at) {
    setTime(at + SECONDS_BETWEEN);
  } else {
    setTime(time);
  }
  show();
  changed();
}

/** Leaves an item out from now on. */
export function exclude(id) {
  excluded.set(id, true);
  showExcluded();
  changed();
}

/** Sets the request time, slider and words with it. */
export function setTime(time) {
  byId('request-time').value = String(time);
  byId('offset').value = String(place(Math.max(0, time - lastTime())));
  showTime();
}

function showTime() {
  const time = wholeNumber(byId('request-time').value);
  byId('request-time-text').textContent = time === null ? 'the server\'s clock' : utc(time);
  const offset = time === null || events.length === 0 ? null : time - lastTime();
  byId('offset').disabled = events.length === 0;
  const words = offset === null ? '' : offset < 0 ? 'before the last event' : span(offset);
  byId('offset-text').textContent = words;
  byId('offset').setAttribute('aria-valuetext', words);
}

function field(label, value, size, set, after) {
  const input = make('input', {value, size, autocomplete: 'off', inputMode: 'decimal'});
  input.addEventListener('input', () => {
    set(input.value);
    after();
    showTime();
    changed();
  });
  return make('label', {}, label + ' ', input);
}

function show() {
  byId('no-events').hidden = events.length > 0;
  byId('events').replaceChildren(...events.map((event, i) => {
    const readable = make('output', {}, utc(Number(event.timestamp)));
    return make('li', {},
      title(event.itemId), ' ', make('span', {class: 'soft id'}, event.itemId),
      make('div', {class: 'field'},
        field('Time', event.timestamp, 12, text => { event.timestamp = text; },
          () => { readable.textContent = utc(wholeNumber(event.timestamp) ?? NaN); }),
        readable),
      make('div', {class: 'field'},
        field('Action', event.action, 4, text => { event.action = text; }, () => {}),
        button('Remove', 'Remove ' + title(event.itemId), () => {
          events.splice(i, 1);
          show();
          showTime();
          changed();
          byId('search').focus();
        })));
  }));
}

function showExcluded() {
  byId('no-excluded').hidden = excluded.size > 0;
  byId('excluded').replaceChildren(...[...excluded.keys()].map(id => make('li', {}, title(id),
    button('×', 'Include ' + title(id) + ' again', () => {
      excluded.delete(id);
      showExcluded();
      changed();
      byId('candidates-heading').focus();
    }))));
}

/** Shows the titles anew, as of another generation. */
export async function retitle() {
  await learnTitles([...events.map(event => event.itemId), ...excluded.keys()]);
  show();
  showExcluded();
}

/** Calls `listener` after every change of the request. */
export function whenRequestChanges(listener) {
  changed = listener;
  byId('request-time').addEventListener('input', () => {
    const time = wholeNumber(byId('request-time').value);
    if (time !== null) {
      byId('offset').value = String(place(Math.max(0, time - lastTime())));
    }
    showTime();
    changed();
  });
  byId('offset').addEventListener('input', () => {
    byId('request-time').value = String(lastTime() + seconds(Number(byId('offset').value)));
    showTime();
    changed();
  });
  byId('exclude-seen').addEventListener('change', () => changed());
  byId('k').addEventListener('input', () => changed());
  showTime();
}
