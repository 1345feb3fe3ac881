package dev.hstu.retrieval.admission;

import java.util.List;

/// Chooses the step at which requests are answered, from how long they wait for a worker: up within
/// a few windows while a queue stands, down one step at a time, and only when the step below would
/// not be overloaded at once.
///
/// - *A standing queue* is one in which even the shortest wait of a window, and of the one before,
///   is above the target (CoDel: Nichols and Jacobson, ACM Queue 10(5), 2012); a burst has short
///   waits too. Refused requests count as one. A queue that is getting shorter is left to do so.
/// - *Down* after a calm time: waits below half the target, and the work that arrives now, at what
///   a request cost when the step below was last taken, would keep the workers busy no more than
///   [#SAFE_UTILISATION] of the time. That cost is forgotten with a half-life of [#FORGET_NANOS],
///   so that a step that was dear once is tried again some day.
/// - A step down that is taken back soon makes the next one wait twice as long, up to
///   [#MOST_PATIENCE] times the calm time; one that holds makes it the calm time again.
///
/// - Where most of the workers' time goes to work that is never made cheaper ([WorkKind#WHOLE]),
///   steps would not shorten the queue and none is taken.
///
/// So at constant load there is a step it stays at. Not thread-safe.
public final class QualityLadder {

  /// Of the workers' time; above it waits grow steeply (two workers: as `1/(1-u²)`).
  static final double SAFE_UTILISATION = 0.75;

  static final long FORGET_NANOS = 300_000_000_000L;

  /// Longest wait for a step down, over the calm time.
  static final int MOST_PATIENCE = 32;

  /// A step down has held when so many times its patience have passed.
  private static final int HOLDS = 4;

  /// Fewer waits don't tell a queue from a hiccup of the machine.
  private static final int MIN_WAITS = 5;

  /// A wait below this share of the window's before is of a queue that drains.
  private static final double DRAINING = 0.9;

  private static final double NANOS_PER_SECOND = 1e9;

  /// What the ladder goes by.
  ///
  /// @param steps that may be taken besides full answers, ascending; empty for none
  /// @param workers that share the load, at least 1
  /// @param targetNanos wait in the queue that is still good
  /// @param windowNanos how long waits are gathered for one decision
  /// @param calmNanos without waits before a step down
  public record Rules(
      List<QualityStep> steps, int workers, long targetNanos, long windowNanos, long calmNanos) {

    public Rules {
      steps = List.copyOf(steps);
      if (!steps.stream().sorted().distinct().toList().equals(steps)
          || steps.contains(QualityStep.FULL)) {
        throw new IllegalArgumentException(
            "steps=%s must ascend and leave FULL out".formatted(steps));
      }
      if (workers < 1 || targetNanos < 1 || windowNanos < 1 || calmNanos < 1) {
        throw new IllegalArgumentException(
            "workers=%d, targetNanos=%d, windowNanos=%d and calmNanos=%d must be at least 1"
                .formatted(workers, targetNanos, windowNanos, calmNanos));
      }
    }
  }

  private final Rules rules;

  /// Place among the rules' steps, 0 for full answers.
  private int level;

  private final WorkCost[] costs;
  private double arrivalsPerSecond;
  private double steppedBusy;
  private double wholeBusy;

  private long windowStart;
  private boolean begun;
  private long arrivals;
  private long steppedNanos;
  private long wholeNanos;
  private int waits;
  private long shortestWait = Long.MAX_VALUE;
  private boolean refused;

  private long lastWait;
  private long calmSince;
  private long patience;
  private long lastDown;
  private boolean downOnTrial;

  public QualityLadder(Rules rules) {
    this.rules = rules;
    this.patience = rules.calmNanos;
    this.costs = new WorkCost[rules.steps.size() + 1];
    for (int l = 0; l < costs.length; l++) {
      costs[l] = new WorkCost();
    }
  }

  /// The step for work that begins now.
  public QualityStep step() {
    return level == 0 ? QualityStep.FULL : rules.steps.get(level - 1);
  }

  /// A request to be answered at a step has arrived, taken on or not.
  public void arrived(long nowNanos) {
    begin(nowNanos);
    arrivals++;
  }

  /// A request was refused for too much load.
  public void refused(long nowNanos) {
    begin(nowNanos);
    refused = true;
    closeWindow(nowNanos);
  }

  /// A worker has taken a request up.
  public void tookUp(long nowNanos, long waitNanos) {
    begin(nowNanos);
    waits++;
    shortestWait = Math.min(shortestWait, waitNanos);
    closeWindow(nowNanos);
  }

  /// A request that was taken up at a step has cost so much of a worker's time.
  public void worked(long nowNanos, QualityStep step, long workNanos) {
    int taken = rules.steps.indexOf(step) + 1;
    costs[taken].add(nowNanos, workNanos);
    steppedNanos += workNanos;
  }

  /// Work that is never made cheaper has cost so much of a worker's time.
  public void workedWhole(long workNanos) {
    wholeNanos += workNanos;
  }

  /// Nothing is under way: no queue stands, however few the waits.
  public void idle(long nowNanos) {
    begin(nowNanos);
    if (nowNanos - windowStart >= rules.windowNanos) {
      shortestWait = 0;
      decide(nowNanos);
      openWindow(nowNanos);
    }
  }

  private void begin(long nowNanos) {
    if (!begun) {
      begun = true;
      calmSince = nowNanos;
      openWindow(nowNanos);
    }
  }

  private void openWindow(long nowNanos) {
    windowStart = nowNanos;
    arrivals = 0;
    steppedNanos = 0;
    wholeNanos = 0;
    waits = 0;
    shortestWait = Long.MAX_VALUE;
    refused = false;
  }

  private void closeWindow(long nowNanos) {
    if (nowNanos - windowStart >= rules.windowNanos && (waits >= MIN_WAITS || refused)) {
      decide(nowNanos);
      openWindow(nowNanos);
    }
  }

  private void decide(long nowNanos) {
    measureRates((nowNanos - windowStart) / NANOS_PER_SECOND);
    long wait = shortestWait == Long.MAX_VALUE ? lastWait : shortestWait;
    if (refused || wait > rules.targetNanos) {
      calmSince = nowNanos;
      if (refused || (lastWait > rules.targetNanos && wait > DRAINING * lastWait)) {
        up(nowNanos);
      }
    } else if (wait > rules.targetNanos / 2) {
      calmSince = nowNanos;
    } else {
      calm(nowNanos);
    }
    lastWait = wait;
  }

  /// Over the last second, about.
  private void measureRates(double seconds) {
    double weight = Math.min(1, seconds);
    arrivalsPerSecond += weight * (arrivals / seconds - arrivalsPerSecond);
    steppedBusy += weight * (steppedNanos / seconds - steppedBusy);
    wholeBusy += weight * (wholeNanos / seconds - wholeBusy);
  }

  private void up(long nowNanos) {
    if (level == rules.steps.size() || wholeBusy > steppedBusy) {
      return;
    }
    level++;
    if (downOnTrial && nowNanos - lastDown < HOLDS * patience) {
      patience = Math.min(2 * patience, MOST_PATIENCE * rules.calmNanos);
    }
    downOnTrial = false;
  }

  private void calm(long nowNanos) {
    if (downOnTrial && nowNanos - lastDown >= HOLDS * patience) {
      downOnTrial = false;
      patience = rules.calmNanos;
    }
    while (level > 0 && nowNanos - calmSince >= patience && isAffordable(nowNanos, level - 1)) {
      level--;
      // Within a window once, but as often as patience ends in an idle one.
      calmSince = Math.max(calmSince + patience, windowStart);
      lastDown = nowNanos;
      downOnTrial = true;
    }
  }

  /// Whether the work that arrives now would leave the workers some time at another level.
  private boolean isAffordable(long nowNanos, int other) {
    double cost = costs[other].at(nowNanos, costs[level]);
    return arrivalsPerSecond * cost / NANOS_PER_SECOND <= SAFE_UTILISATION * rules.workers;
  }

  /// What a request costs at one level, in a worker's time.
  private static final class WorkCost {

    /// Requests that count, about.
    private static final int MEMORY = 32;

    private long count;
    private double mean;
    private long measuredAt;

    void add(long nowNanos, long workNanos) {
      count++;
      mean += (workNanos - mean) / Math.min(count, MEMORY);
      measuredAt = nowNanos;
    }

    /// The mean, moved the closer to the present level's the longer ago it was measured.
    double at(long nowNanos, WorkCost present) {
      if (count == 0 || present.count == 0) {
        return present.mean;
      }
      double kept = Math.pow(0.5, (double) (nowNanos - measuredAt) / FORGET_NANOS);
      return present.mean + (mean - present.mean) * kept;
    }
  }
}
