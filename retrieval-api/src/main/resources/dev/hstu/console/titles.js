// Items by title: the search field's list, and the titles of ids.

import {get} from './api.js';
import {byId, make, say, settled} from './dom.js';

const MOST_KNOWN = 5000;
const known = new Map();

function remember(items) {
  for (const item of items) {
    if (known.size >= MOST_KNOWN) {
      known.delete(known.keys().next().value);
    }
    known.set(item.itemId, item.title || '');
  }
}

/** The title of an id, as far as it is known; the id itself where it has none. */
export const title = id => known.get(id) || id;

/** Forgets all titles, as when another generation serves. */
export const forgetTitles = () => known.clear();

/** Asks for the titles of ids that aren't known, in parts that fit an address. */
export async function learnTitles(ids) {
  let wanted = ids.filter(id => !known.has(id));
  while (wanted.length > 0) {
    let length = 0;
    let count = 0;
    while (count < Math.min(100, wanted.length) && length < 2500) {
      length += encodeURIComponent(wanted[count++]).length + 4;
    }
    const part = wanted.slice(0, count);
    wanted = wanted.slice(count);
    remember((await get('/items?' + part.map(id => 'id=' + encodeURIComponent(id)).join('&'))).items);
    part.filter(id => !known.has(id)).forEach(id => known.set(id, ''));
  }
}

/** Makes the field a combobox that calls `choose` with an item. */
export function searchField(choose) {
  const field = byId('search');
  const list = byId('matches');
  const status = byId('search-status');
  let items = [];
  let selected = -1;
  let asked = null;

  function close() {
    list.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
    selected = -1;
  }

  function select(place) {
    selected = place;
    [...list.children].forEach((entry, i) => entry.setAttribute('aria-selected', String(i === place)));
    if (place >= 0) {
      field.setAttribute('aria-activedescendant', list.children[place].id);
      list.children[place].scrollIntoView({block: 'nearest'});
    }
  }

  function take(place) {
    const item = items[place];
    field.value = '';
    close();
    say(status, 'Added ' + (item.title || item.itemId) + '.');
    choose(item);
  }

  function show() {
    list.replaceChildren(...items.map((item, i) => {
      const entry = make('li', {id: 'match-' + i, role: 'option', 'aria-selected': 'false'},
        item.title || 'no title', ' ', make('span', {class: 'soft'}, item.itemId));
      entry.addEventListener('mousedown', event => {
        event.preventDefault();
        take(i);
      });
      return entry;
    }));
    list.hidden = items.length === 0;
    field.setAttribute('aria-expanded', String(items.length > 0));
    select(items.length > 0 ? 0 : -1);
    say(status, items.length === 0 ? 'No item found.' : items.length + ' found; arrows choose, Enter adds.');
  }

  const ask = settled(async () => {
    const query = field.value.trim();
    if (asked) {
      asked.abort();
    }
    if (query === '') {
      close();
      say(status, '');
      return;
    }
    asked = new AbortController();
    try {
      items = (await get('/items?limit=12&query=' + encodeURIComponent(query.slice(0, 200)), asked.signal)).items;
      remember(items);
      show();
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        close();
        say(status, failure.message, true);
      }
    }
  }, 120);

  field.addEventListener('input', ask);
  field.addEventListener('blur', close);
  field.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      close();
    } else if (!list.hidden && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      select((selected + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
    } else if (!list.hidden && event.key === 'Enter' && selected >= 0) {
      event.preventDefault();
      take(selected);
    }
  });
}
