// Why an item was returned or not.

import {post} from './api.js';
import {byId, make, say, utc} from './dom.js';
import {currentRequest} from './request.js';
import {learnTitles, title} from './titles.js';

const BEFORE = 'For the request before it changed: ';

/** The request that was explained, as text; null where nothing is shown. */
let explained = null;

/** Marks what is shown where it was for another request than this one. */
export function explainedBefore(request) {
  const status = byId('explain-status');
  if (explained !== null && explained !== JSON.stringify(request)) {
    explained = null;
    status.textContent = BEFORE + status.textContent;
  }
}

/** Asks about an item under the request as it is now. */
export async function explain(id) {
  const status = byId('explain-status');
  byId('explain-id').value = id;
  say(status, 'Asking…');
  byId('explain-answer').replaceChildren();
  byId('explain-heading').focus();
  byId('explanation').scrollIntoView({block: 'nearest'});
  explained = null;
  try {
    const request = currentRequest();
    const answer = await post('/explain', {...request, itemId: id});
    const lines = [...answer.contributions, ...answer.closest];
    await learnTitles([id, ...lines.map(line => line.itemId)]);
    say(status, title(id) + ': ' + answer.verdict.sentence);
    explained = JSON.stringify(request);
    byId('explain-answer').replaceChildren(...besides(answer), ...score(answer),
      ...table('What each event did to the score', ['Event', 'At', 'Contribution'],
        answer.contributions.map(line => [title(line.itemId), utc(line.timestamp), line.contribution ?? 'the only known event'])),
      ...table('Most alike in the history', ['Item', 'At', 'Cosine'],
        answer.closest.map(line => [title(line.itemId), utc(line.timestamp), line.cosine])));
  } catch (failure) {
    say(status, failure.status === 404 && failure.problem?.type?.endsWith('not-found')
      ? 'This service cannot explain: it has no such route.' : failure.message, true);
  }
}

function besides(answer) {
  return answer.besides.length === 0 ? [] : [make('p', {}, 'It would be kept out as well because: '
    + answer.besides.map(other => other.sentence).join('; ') + '.')];
}

function score(answer) {
  return answer.score === undefined || answer.score === null ? [] : [make('p', {}, 'Score ' + answer.score)];
}

function table(caption, head, rows) {
  return rows.length === 0 ? [] : [make('h3', {}, caption), make('div', {class: 'wide'}, make('table', {},
    make('thead', {}, make('tr', {}, ...head.map(name => make('th', {scope: 'col'}, name)))),
    make('tbody', {}, ...rows.map(row => make('tr', {}, ...row.map(cell => make('td', {}, String(cell))))))))];
}

/** Makes the field and its button ask. */
export function explainField() {
  const ask = () => {
    const id = byId('explain-id').value.trim();
    if (id !== '') {
      explain(id);
    }
  };
  byId('explain').addEventListener('click', ask);
  byId('explain-id').addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      ask();
    }
  });
}
