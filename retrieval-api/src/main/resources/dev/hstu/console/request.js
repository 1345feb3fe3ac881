// What is asked: the history, the filter and k as the page has them.

import {byId, wholeNumber} from './dom.js';
import {filter} from './filter.js';
import {requestBody} from './history.js';

/** The body as the page has it now; throws a sentence where a field holds no sense. */
export function currentRequest() {
  const body = requestBody();
  const k = wholeNumber(byId('k').value);
  if (k === null) {
    throw new Error('k must be a whole number.');
  }
  body.k = k;
  const rule = filter();
  if (rule !== null) {
    body.filter = rule;
  }
  return body;
}
