// Requests to the service. The key is kept here, in memory, and nowhere else.

let key = '';
let onKeyNeeded = () => {};

/** Says what key goes with every request from now on. */
export function useKey(text) {
  key = text.trim();
}

/** Calls `listener` when an answer asks for a key. */
export function whenKeyNeeded(listener) {
  onKeyNeeded = listener;
}

/** An answer that is an error, as a sentence for people. */
export class Refused extends Error {
  constructor(sentence, status, problem) {
    super(sentence);
    this.status = status;
    this.problem = problem;
  }
}

async function send(path, options) {
  const headers = {...options.headers};
  if (key) {
    headers.Authorization = 'Bearer ' + key;
  }
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Refused('The service does not answer; look whether it runs.', 0, null);
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

async function refusal(response) {
  if (response.status === 401 || response.status === 403) {
    onKeyNeeded();
  }
  const text = await response.text();
  let problem = null;
  try {
    problem = JSON.parse(text);
  } catch {
    // not one of ours, as of a proxy in between
  }
  const sentence = problem && problem.title
    ? problem.title + ': ' + problem.detail
    : 'The service answered ' + response.status + '.';
  return new Refused(sentence, response.status, problem);
}

/** The JSON of a GET. */
export async function get(path, signal) {
  return (await send(path, {signal})).json();
}

/** The text of a GET. */
export async function getText(path) {
  return (await send(path, {})).text();
}

/** The JSON of a POST of JSON. Ids in it are strings: a 64-bit one has more digits than a number here can hold. */
export async function post(path, body, signal) {
  const options = {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body), signal};
  return (await send(path, options)).json();
}
