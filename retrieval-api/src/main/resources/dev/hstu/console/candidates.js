// The answer: asked for anew after each change, and held against the one before.

import {post} from './api.js';
import {byId, button, facts, make, say, settled, span, utc} from './dom.js';
import {explain, explainedBefore} from './explain.js';
import {addEvent, exclude, setTime} from './history.js';
import {currentRequest} from './request.js';
import {learnTitles, title} from './titles.js';

let asked = null;
let placesBefore = new Map();
let validUntil = null;
let served = () => {};

async function ask() {
  const status = byId('retrieve-status');
  if (asked) {
    asked.abort();
  }
  asked = new AbortController();
  const {signal} = asked;
  try {
    const request = currentRequest();
    const answer = await post('/retrieve', request, signal);
    const ids = answer.candidates.map(candidate => candidate.itemId);
    let untitled = '';
    try {
      await learnTitles(ids);
    } catch (failure) {
      untitled = ' Titles are missing: ' + failure.message;
    }
    if (!signal.aborted) {
      show(answer);
      explainedBefore(request);
      say(status, words(answer) + untitled);
      served(answer.generation);
    }
  } catch (failure) {
    if (failure.name !== 'AbortError') {
      byId('candidates').hidden = true;
      byId('answer').replaceChildren();
      byId('next-change').disabled = true;
      say(status, failure.message, true);
    }
  }
}

/** Asks, once the last change has settled. */
export const retrieve = settled(ask, 80);

function words(answer) {
  const count = answer.candidates.length;
  const moved = [...byId('candidates').querySelectorAll('.up, .down')].length;
  return count + (count === 1 ? ' candidate' : ' candidates')
    + (answer.fallback ? ', popular items: no item of the history is known' : '')
    + (moved > 0 ? ', ' + moved + ' moved' : '') + '.';
}

function show(answer) {
  validUntil = answer.validUntil ?? null;
  byId('next-change').disabled = validUntil === null;
  const {timings} = answer;
  facts(byId('answer'), [
    ['Generation', answer.generation],
    ['Request time', answer.requestTime + ' (' + utc(answer.requestTime) + ')'],
    ['Valid until', validUntil === null ? null
      : validUntil + ', ' + span(validUntil - answer.requestTime) + ' later'],
    ['Cache', answer.cache],
    ['Quality', quality(answer.quality)],
    ['Search', answer.search],
    ['Timings', 'queue ' + timings.queueMicros + ' µs, encode ' + timings.encodeMicros + ' µs, search '
      + timings.searchMicros + ' µs, all ' + timings.totalMicros + ' µs'],
    ['Unknown items', answer.unknownItems > 0 ? answer.unknownItems + ' of the history' : null],
    ['Shortfall', answer.shortfall ? answer.shortfall.reason ?? JSON.stringify(answer.shortfall) : null],
  ]);
  const table = byId('candidates');
  table.tBodies[0].replaceChildren(...answer.candidates.map((candidate, i) => row(candidate, i + 1)));
  table.hidden = answer.candidates.length === 0;
  placesBefore = new Map(answer.candidates.map((candidate, i) => [candidate.itemId, i + 1]));
}

/** What a cheaper answer did without. */
function quality(less) {
  return less ? Object.entries(less).map(([name, value]) => name + ' ' + value).join(', ') : null;
}

function row(candidate, place) {
  const id = candidate.itemId;
  const name = title(id);
  const line = make('tr', {},
    make('td', {class: 'number'}, String(place)),
    moved(id, place),
    make('td', {}, name === id ? make('span', {class: 'soft'}, 'no title') : name),
    make('td', {class: 'id'}, id),
    make('td', {class: 'number'}, String(candidate.score)),
    make('td', {class: 'do'},
      button('Why', 'Why ' + name, () => explain(id)), ' ',
      button('Exclude', 'Exclude ' + name, () => {
        exclude(id);
        byId('candidates-heading').focus();
      }), ' ',
      button('Add', 'Add ' + name + ' to the history', () => {
        addEvent(candidate);
        byId('candidates-heading').focus();
      })));
  line.dataset.item = id;
  return line;
}

function moved(id, place) {
  const before = placesBefore.get(id);
  if (placesBefore.size === 0 || before === place) {
    return make('td', {class: 'soft'}, placesBefore.size === 0 ? '' : '=');
  }
  if (before === undefined) {
    return make('td', {class: 'up'}, 'new');
  }
  return before > place
    ? make('td', {class: 'up'}, '▲ ' + (before - place))
    : make('td', {class: 'down'}, '▼ ' + (place - before));
}

/** Calls `listener` with the generation of every answer. */
export function whenServed(listener) {
  served = listener;
  byId('next-change').addEventListener('click', () => {
    setTime(validUntil);
    retrieve();
  });
}
