// Rules over the attributes that the items have.

import {get} from './api.js';
import {byId, button, make} from './dom.js';

let columns = [];
const rules = [];
let changed = () => {};

/** The filter of a request, or null where no rule is filled in. */
export function filter() {
  const filled = rules.map(wire).filter(rule => rule !== null);
  return filled.length === 0 ? null : filled.length === 1 ? filled[0] : {all: filled};
}

function wire(rule) {
  const column = columns.find(known => known.name === rule.column);
  if (!column) {
    return null;
  }
  const asked = column.kind === 'number' ? range(rule) : any(rule);
  return asked === null ? null : rule.not ? {not: asked} : asked;
}

function any(rule) {
  const values = rule.values.split(',').map(value => value.trim()).filter(value => value !== '');
  return values.length === 0 ? null : {in: {[rule.column]: values}};
}

function range(rule) {
  const bounds = {};
  if (rule.min.trim() !== '') {
    bounds.gte = Number(rule.min);
  }
  if (rule.max.trim() !== '') {
    bounds.lte = Number(rule.max);
  }
  return Object.keys(bounds).length === 0 ? null : {range: {[rule.column]: bounds}};
}

function input(label, value, set, list) {
  const field = make('input', {value, size: list ? 16 : 7, autocomplete: 'off'});
  if (list) {
    field.setAttribute('list', list);
  }
  field.addEventListener('input', () => {
    set(field.value);
    changed();
  });
  return make('label', {}, label + ' ', field);
}

function show() {
  byId('add-rule').disabled = columns.length === 0;
  byId('rules').replaceChildren(...rules.map((rule, i) => {
    const column = columns.find(known => known.name === rule.column) ?? columns[0];
    const choice = make('select', {'aria-label': 'Attribute of rule ' + (i + 1)},
      ...columns.map(known => make('option', {value: known.name, selected: known === column}, known.name)));
    choice.addEventListener('change', () => {
      Object.assign(rule, {column: choice.value, values: '', min: '', max: ''});
      show();
      byId('rules').children[i].querySelector('select').focus();
      changed();
    });
    const not = make('input', {type: 'checkbox', checked: rule.not});
    not.addEventListener('change', () => {
      rule.not = not.checked;
      changed();
    });
    const list = 'values-of-rule-' + i;
    const asked = column.kind === 'number'
      ? [input('from', rule.min, text => { rule.min = text; }), input('to', rule.max, text => { rule.max = text; })]
      : [input('any of', rule.values, text => { rule.values = text; }, list),
        make('datalist', {id: list}, ...(column.values ?? []).map(value => make('option', {value})))];
    return make('li', {class: 'field'}, choice, make('label', {}, not, ' not'), ...asked,
      button('Remove', 'Remove rule ' + (i + 1), () => {
        rules.splice(i, 1);
        show();
        changed();
        byId('add-rule').focus();
      }));
  }));
}

/** Asks what attributes there are. */
export async function learnColumns() {
  columns = (await get('/attributes')).columns;
  show();
}

/** Calls `listener` after every change of a rule. */
export function whenFilterChanges(listener) {
  changed = listener;
  byId('add-rule').addEventListener('click', () => {
    rules.push({column: columns[0].name, not: false, values: '', min: '', max: ''});
    show();
    byId('rules').lastElementChild.querySelector('select').focus();
  });
}
