// The page as a whole: tabs, health, key, and what is read anew when.

import {get, useKey, whenKeyNeeded} from './api.js';
import {retrieve, whenServed} from './candidates.js';
import {byId, say, settled} from './dom.js';
import {explainField} from './explain.js';
import {learnColumns, whenFilterChanges} from './filter.js';
import {showGenerations, whenPublished} from './generations.js';
import {addEvent, retitle, whenRequestChanges} from './history.js';
import {showLive} from './live.js';
import {forgetTitles, searchField} from './titles.js';

const EVERY_MILLIS = 2000;
const tabs = [...document.querySelectorAll('[role="tab"]')];
let generation = null;

function openTab(tab, focus) {
  for (const other of tabs) {
    const open = other === tab;
    other.setAttribute('aria-selected', String(open));
    other.tabIndex = open ? 0 : -1;
    byId(other.getAttribute('aria-controls')).hidden = !open;
  }
  if (focus) {
    tab.focus();
  }
  look();
}

tabs.forEach((tab, i) => {
  tab.addEventListener('click', () => openTab(tab, false));
  tab.addEventListener('keydown', event => {
    const step = {ArrowRight: 1, ArrowLeft: tabs.length - 1}[event.key];
    if (step) {
      openTab(tabs[(i + step) % tabs.length], true);
    }
  });
});

async function showHealth() {
  try {
    const health = await get('/health/ready');
    say(byId('health'), 'Ready: generation ' + health.generation + ', ' + health.items.toLocaleString('en') + ' items, '
      + health.engine + ', clock ' + health.clock + (health.refused ? '. Refused ' + health.refused.generation + ': '
      + health.refused.reason : ''));
    await serves(health.generation);
  } catch (failure) {
    say(byId('health'), failure.message, true);
  }
}

/** Another generation may have other items, titles and attributes. */
async function serves(id) {
  if (id === generation) {
    return;
  }
  generation = id;
  forgetTitles();
  try {
    await learnColumns();
    await retitle();
  } catch (failure) {
    say(byId('search-status'), failure.message, true);
  }
  retrieve();
}

async function look() {
  await showHealth();
  if (!byId('generations').hidden) {
    await showGenerations();
  }
  if (!byId('live').hidden) {
    await showLive();
  }
}

/** One round after another, and none while nobody looks. */
async function watch() {
  if (!document.hidden) {
    await look();
  }
  setTimeout(watch, EVERY_MILLIS);
}

whenKeyNeeded(() => { byId('key-field').hidden = false; });
const lookWithKey = settled(() => {
  generation = null;
  look();
}, 300);
byId('key').addEventListener('input', () => {
  useKey(byId('key').value);
  lookWithKey();
});
whenRequestChanges(retrieve);
whenFilterChanges(retrieve);
whenServed(serves);
whenPublished(look);
searchField(addEvent);
explainField();
watch();
