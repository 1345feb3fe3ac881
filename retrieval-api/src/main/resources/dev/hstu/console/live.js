// Latency and rate from /metrics, recall from /recall, as they come in.

import {get, getText} from './api.js';
import {byId, facts, say} from './dom.js';

const MOST_POINTS = 150;
const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 460;
const HEIGHT = 190;
const LEFT = 46;
const TOP = 18;
const BOTTOM = 24;

let before = null;
const points = [];

/** Samples of one metric: [{labels, value}]. */
function samples(text, name) {
  const found = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(name) && (line[name.length] === '{' || line[name.length] === ' ')) {
      const end = line.lastIndexOf('} ');
      const labels = Object.fromEntries([...line.slice(name.length, end + 1).matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)]
        .map(match => [match[1], match[2]]));
      found.push({labels, value: Number(line.slice(line.lastIndexOf(' ') + 1))});
    }
  }
  return found;
}

function read(text) {
  const buckets = samples(text, 'hstu_retrieve_stage_seconds_bucket').filter(sample => sample.labels.stage === 'total');
  return {
    at: performance.now(),
    count: samples(text, 'hstu_retrieve_stage_seconds_count').find(sample => sample.labels.stage === 'total')?.value ?? 0,
    edges: buckets.map(bucket => Number(bucket.labels.le === '+Inf' ? Infinity : bucket.labels.le)),
    counts: buckets.map(bucket => bucket.value),
    cache: samples(text, 'hstu_retrieve_cache_total'),
    inFlight: samples(text, 'hstu_retrieve_in_flight')[0]?.value,
    turnedAway: samples(text, 'hstu_retrieve_turned_away_total').reduce((sum, sample) => sum + sample.value, 0),
  };
}

/** The quantile of what came between two readings, in milliseconds, within its bucket linearly. */
function quantile(share, now, then) {
  const counts = now.counts.map((count, i) => count - (then.counts[i] ?? 0));
  const wanted = share * counts[counts.length - 1];
  const bucket = counts.findIndex(count => count >= wanted && count > 0);
  if (bucket < 0) {
    return null;
  }
  const below = bucket === 0 ? 0 : now.edges[bucket - 1];
  const above = Number.isFinite(now.edges[bucket]) ? now.edges[bucket] : below;
  const countBelow = bucket === 0 ? 0 : counts[bucket - 1];
  const within = counts[bucket] === countBelow ? 1 : (wanted - countBelow) / (counts[bucket] - countBelow);
  return 1000 * (below + within * (above - below));
}

/** Reads the metrics once and draws. */
export async function showLive() {
  try {
    const now = read(await getText('/metrics'));
    if (before !== null) {
      const answers = now.count - before.count;
      points.push({
        rate: Math.max(0, answers) * 1000 / (now.at - before.at),
        p50: answers > 0 ? quantile(.5, now, before) : null,
        p99: answers > 0 ? quantile(.99, now, before) : null,
      });
      points.splice(0, Math.max(0, points.length - MOST_POINTS));
    }
    before = now;
    draw(now);
    say(byId('live-status'), '');
  } catch (failure) {
    say(byId('live-status'), failure.message, true);
  }
  await showRecall();
}

function draw(now) {
  const all = now.cache.reduce((sum, sample) => sum + sample.value, 0);
  const last = points.at(-1);
  facts(byId('live-facts'), [
    ['Answers since the start', now.count.toLocaleString('en')],
    ['Now', last ? last.rate.toFixed(1) + ' a second' + (last.p50 === null ? '' : ', p50 ' + last.p50.toFixed(2) + ' ms, p99 '
      + last.p99.toFixed(2) + ' ms') : 'a moment…'],
    ['In flight', now.inFlight === undefined ? null : String(now.inFlight)],
    ['From the caches', all === 0 ? null : now.cache.map(sample => sample.labels.use + ' '
      + (100 * sample.value / all).toFixed(0) + ' %').join(', ')],
    ['Turned away', String(now.turnedAway)],
  ]);
  byId('latency-chart').replaceChildren(chart('Latency', [
    {name: 'p50', class: 'first', values: points.map(point => point.p50)},
    {name: 'p99', class: 'second', values: points.map(point => point.p99)}]));
  byId('rate-chart').replaceChildren(chart('Rate', [
    {name: 'answers/s', class: 'first', values: points.map(point => point.rate)}]));
}

function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([attribute, value]) => made.setAttribute(attribute, String(value)));
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

const label = value => value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);

function chart(name, lines, floor = 0, least = 0) {
  const values = lines.flatMap(line => line.values).filter(value => value !== null);
  const most = Math.max(...values, least) || 1;
  const low = floor;
  const x = i => LEFT + i * (WIDTH - LEFT - 8) / (MOST_POINTS - 1);
  const y = value => HEIGHT - BOTTOM - (value - low) / (most - low || 1) * (HEIGHT - TOP - BOTTOM);
  const drawn = shape('svg', {viewBox: '0 0 ' + WIDTH + ' ' + HEIGHT, role: 'img',
    'aria-label': name + ': ' + lines.map(line => line.name + ' '
      + (line.values.findLast(value => value !== null)?.toFixed(2) ?? 'none')).join(', ')});
  for (const value of [low, (low + most) / 2, most]) {
    drawn.append(shape('line', {class: 'axis', x1: LEFT, x2: WIDTH - 8, y1: y(value), y2: y(value)}),
      shape('text', {x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end'}, value === 0 ? '0' : label(value)));
  }
  lines.forEach((line, n) => {
    let path = '';
    line.values.forEach((value, i) => {
      if (value !== null) {
        const begins = (line.values[i - 1] ?? null) === null;
        path += (begins ? 'M' : 'L') + x(i).toFixed(1) + ' ' + y(value).toFixed(1);
        if (begins && (line.values[i + 1] ?? null) === null) {
          drawn.append(shape('circle', {class: line.class, cx: x(i), cy: y(value), r: 2.5}));
        }
      }
    });
    drawn.append(shape('path', {class: line.class, d: path}),
      shape('text', {class: line.class, x: LEFT + 4 + n * 70, y: 12}, line.name));
  });
  return drawn;
}

async function showRecall() {
  const status = byId('recall-status');
  try {
    const {generations, share} = await get('/recall');
    const rows = generations.slice(0, 2).flatMap(intervals).slice(0, 12);
    const decayed = generations.filter(one => one.decayed).map(one => one.generation);
    byId('recall-chart').replaceChildren(...(rows.length === 0 ? [] : [recallChart(rows)]));
    if (decayed.length > 0) {
      say(status, 'Recall has fallen below its baseline in ' + decayed.join(', ') + '.', true);
    } else {
      say(status, rows.length === 0
        ? 'No live query has been answered again yet; ' + (100 * share).toFixed(1) + ' % of them are to be.' : '');
    }
  } catch (failure) {
    byId('recall-chart').replaceChildren();
    say(status, failure.status === 404 ? 'This service does not measure recall on live traffic.' : failure.message, true);
  }
}

/** Rows of the chart: {name, samples, recall, lower, upper, baseline}. */
function intervals(one) {
  const named = [['all', one.overall], ['latest', one.recent],
    ...Object.entries(one.bySelectivity).map(([passing, interval]) => ['filter ' + passing, interval])];
  return named.filter(([, interval]) => interval).map(([name, interval]) => (
    {...interval, name: one.generation.slice(4, 13) + ' ' + name, baseline: one.baseline ?? null}));
}

function recallChart(rows) {
  const left = 190;
  const right = WIDTH - 70;
  const height = 24 * rows.length + 26;
  const low = Math.min(.9, ...rows.map(row => Math.floor(10 * row.lower) / 10));
  const x = recall => left + (Math.max(low, Math.min(1, recall)) - low) / (1 - low) * (right - left);
  const drawn = shape('svg', {viewBox: '0 0 ' + WIDTH + ' ' + height, role: 'img', 'aria-label': 'Recall: '
    + rows.map(row => row.name + ' ' + row.recall.toFixed(3) + ' of ' + row.samples).join(', ')});
  for (const recall of [low, (low + 1) / 2, 1]) {
    drawn.append(shape('line', {class: 'axis', x1: x(recall), x2: x(recall), y1: 4, y2: height - 20}),
      shape('text', {x: x(recall), y: height - 5, 'text-anchor': 'middle'}, String(Number(recall.toFixed(3)))));
  }
  rows.forEach((row, i) => {
    const y = 18 + 24 * i;
    drawn.append(shape('text', {x: left - 8, y: y + 4, 'text-anchor': 'end'}, row.name),
      shape('line', {class: 'first', x1: x(row.lower), x2: x(row.upper), y1: y, y2: y}),
      shape('circle', {class: 'first', cx: x(row.recall), cy: y, r: 4}),
      shape('text', {x: right + 8, y: y + 4}, row.recall.toFixed(3)));
    if (row.baseline !== null) {
      drawn.append(shape('line', {class: 'second', x1: x(row.baseline), x2: x(row.baseline), y1: y - 9, y2: y + 9}));
    }
  });
  return drawn;
}
