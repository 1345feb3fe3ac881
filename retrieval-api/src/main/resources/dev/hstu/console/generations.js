// Which generations there are, and which one serves.

import {get, post} from './api.js';
import {byId, button, facts, make, say, span} from './dom.js';

const FIGURES = 3;
let changing = false;
let acted = () => {};

/** Reads the list anew. */
export async function showGenerations() {
  try {
    const all = await get('/generations');
    const running = all.underWay ?? null;
    facts(byId('generations-facts'), [
      ['Serving', all.serving ?? 'none'],
      ['Published', all.current === all.serving ? null : all.current ?? 'none'],
      ['A rollback returns to', all.previous ?? 'none'],
      ['Under way', running === null ? null : (running.generation ? 'the gate judges ' + running.generation + ', '
        + running.askedUsers + ' golden users asked' : 'a rollback')],
      ['Not listed', all.more > 0 ? all.more + ' older ones' : null],
    ]);
    byId('roll-back').disabled = changing || running !== null || !all.previous;
    byId('roll-back').dataset.to = all.previous ?? '';
    show(all.generations, running !== null || changing);
    const status = byId('generations-status');
    if (status.dataset.from !== 'change') {
      say(status, '');
    }
  } catch (failure) {
    byId('generation-table').hidden = true;
    tell(failure.message, true, 'list');
  }
}

function tell(text, failed, from) {
  const status = byId('generations-status');
  status.dataset.from = from;
  say(status, text, failed);
}

function show(generations, busy) {
  const focused = document.activeElement?.dataset?.action;
  const table = byId('generation-table');
  table.tBodies[0].replaceChildren(...generations.map(generation => row(generation, busy)));
  table.hidden = generations.length === 0;
  if (focused) {
    [...table.querySelectorAll('button')].find(known => known.dataset.action === focused)?.focus();
  }
}

function row(generation, busy) {
  const {contents, gate, publication} = generation;
  const publish = button('Publish', 'Publish ' + generation.id, () => ask(generation));
  publish.disabled = busy || generation.state === 'current' || !contents;
  publish.dataset.action = 'publish ' + generation.id;
  const verdict = button('Verdict', 'Verdict on ' + generation.id, () => showVerdict(generation.id));
  verdict.disabled = !gate;
  verdict.dataset.action = 'verdict ' + generation.id;
  const state = generation.state + (publication?.forcedBecause ? ', forced: ' + publication.forcedBecause : '')
    + (generation.problem ? ': ' + generation.problem : '');
  return make('tr', {},
    make('td', {class: 'id'}, generation.id),
    make('td', {class: generation.state === 'current' ? 'good' : generation.state === 'damaged' ? 'bad' : ''}, state),
    make('td', {}, contents ? span(contents.ageSeconds) : ''),
    make('td', {class: 'number'}, contents ? contents.items.toLocaleString('en') : ''),
    make('td', {class: 'id'}, contents ? contents.model.slice(0, 12) : ''),
    make('td', {}, contents ? figures(contents.evaluation) : ''),
    make('td', {class: gate ? gate.passed ? 'good' : 'bad' : 'soft'},
      gate ? gate.passed ? 'passed' + (gate.warnings > 0 ? ', ' + gate.warnings + ' warn' : '') : 'blocked' : 'not asked'),
    make('td', {class: 'do'}, publish, ' ', verdict));
}

function figures(evaluation) {
  const names = Object.keys(evaluation);
  const wanted = names.filter(name => /@100$/.test(name));
  return (wanted.length > 0 ? wanted : names).slice(0, FIGURES)
    .map(name => name + ' ' + evaluation[name].toFixed(3)).join(', ') || 'none';
}

function ask(generation) {
  open('Publish ' + generation.id,
    'The gate judges it beside the one that is published. What it blocks is published only with a reason, which is logged.',
    'Reason to force it, if the gate blocks it (10 to 500 characters)', 'Judge and publish',
    reason => change('/generations/' + encodeURIComponent(generation.id) + '/publish', reason ? {force: reason} : {},
      'The gate judges ' + generation.id + '…', answer => 'Published ' + answer.current + (answer.forced ? ' by force' : '') + '; it is taken up now.'));
}

function askRollback() {
  open('Roll back to ' + byId('roll-back').dataset.to, 'The gate is not asked; whether the generation is whole is checked.',
    'Reason, for who reads the log', 'Roll back',
    reason => change('/rollback', reason ? {reason} : {}, 'Rolling back…',
      answer => 'Returned to ' + answer.current + ' from ' + answer.left + '; it is taken up now.'));
}

function open(heading, text, label, go, act) {
  byId('change-heading').textContent = heading;
  byId('change-text').textContent = text;
  byId('change-label').textContent = label;
  byId('change-go').textContent = go;
  byId('change-reason').value = '';
  byId('change-go').onclick = () => {
    const reason = byId('change-reason').value.trim();
    byId('change').close();
    act(reason);
  };
  byId('change').showModal();
}

async function change(path, body, meanwhile, done) {
  changing = true;
  tell(meanwhile, false, 'change');
  byId('verdict').hidden = true;
  showGenerations();
  try {
    const answer = await post(path, body);
    tell(answer.current ? done(answer) : 'It takes a while and goes on; the list below tells.', false, 'change');
    if (answer.verdict) {
      render(answer.verdict);
    }
  } catch (failure) {
    tell(failure.message, true, 'change');
    if (failure.problem?.verdict) {
      render(failure.problem.verdict);
    }
  } finally {
    changing = false;
    await showGenerations();
    acted();
  }
}

async function showVerdict(id) {
  try {
    const {verdict} = await get('/generations/' + encodeURIComponent(id));
    if (verdict) {
      render(verdict);
      byId('verdict-heading').focus();
    }
  } catch (failure) {
    tell(failure.message, true, 'change');
  }
}

function render(verdict) {
  byId('verdict').hidden = false;
  byId('verdict-heading').textContent = 'Verdict on ' + verdict.generation;
  byId('verdict-summary').textContent = verdict.summary + [...verdict.cautions].map(caution => '. Caution: ' + caution).join('');
  byId('verdict-checks').replaceChildren(...verdict.checks.map(check => make('tr', {},
    make('td', {}, check.check),
    make('td', {class: check.result === 'BLOCKS' ? 'bad' : check.result === 'passed' ? 'good' : ''}, check.result),
    make('td', {}, check.measured ?? ''), make('td', {}, check.bound ?? ''), make('td', {}, check.sentence ?? ''))));
}

/** Makes the buttons act; calls `listener` when something was published. */
export function whenPublished(listener) {
  acted = listener;
  byId('roll-back').addEventListener('click', askRollback);
  byId('change-cancel').addEventListener('click', () => byId('change').close());
  byId('change-reason').addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      byId('change-go').click();
    }
  });
}
