package dev.hstu.retrieval.admission;

import java.util.Arrays;
import java.util.List;

/// Chooses the step at which requests are answered, from how long they wait for a worker and for an
/// encoder: up within a few windows while a queue stands ([QueueWindow]), down one step at a time,
/// and only when the step below would not be overloaded at once.
///
/// - *Down* after a calm time: waits below half the target, and the work that arrives now, at what
///   a request cost when the step below was last taken, would keep the workers busy no more than
///   [#SAFE_UTILISATION] of the time. That cost is forgotten with a half-life of [#FORGET_NANOS],
///   so that a step that was dear once is tried again some day. Encoders may be machines that we
///   know nothing about: how many requests they managed at a step is measured while their queue
///   stands ([SaturatedRate]), and no more than that share of them may arrive.
/// - For the encoders' queue a smaller search is no step, and of its waits those count that began
///   at the present step: what was sent before says what that step was like.
/// - What was measured in the first [#COLD_NANOS] is forgotten at their end: in a process whose
///   code isn't compiled yet a request costs many times what it does later, and would keep the
///   answers cheap for minutes.
/// - A step down that is taken back soon makes the next one wait twice as long, up to
///   [#MOST_PATIENCE] times the calm time; one that holds makes it the calm time again.
///
/// - Where most of the workers' time, or most users of an encoder, are of work that is never made
///   cheaper ([WorkKind#WHOLE]), steps would not shorten that queue and none is taken for it.
///
/// So at constant load there is a step it stays at. Not thread-safe.
public final class QualityLadder {

  /// Of the workers' time; above it waits grow steeply (two workers: as `1/(1-u²)`).
  static final double SAFE_UTILISATION = 0.75;

  static final long FORGET_NANOS = 300_000_000_000L;

  /// From the first request; by then the loops that encode and search are compiled.
  static final long COLD_NANOS = 30_000_000_000L;

  /// Longest wait for a step down, over the calm time.
  static final int MOST_PATIENCE = 32;

  /// A step down has held when so many times its patience have passed.
  private static final int HOLDS = 4;

  private static final double NANOS_PER_SECOND = 1e9;

  /// What the ladder goes by.
  ///
  /// @param steps that may be taken besides full answers, ascending; empty for none
  /// @param workers that share the load, at least 1
  /// @param targetNanos wait in a queue that is still good
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

  private final QueueWindow workers;
  private boolean begun;
  private long arrivals;
  private long steppedNanos;
  private long wholeNanos;

  private final QueueWindow encoders;
  private final SaturatedRate[] encoderRates;
  private long steppedUsers;
  private long wholeUsers;
  private long answeredAtLevel;

  private long firstNanos;
  private boolean warm;

  private long levelSince;
  private long calmSince;
  private long patience;
  private long lastDown;
  private boolean downOnTrial;

  public QualityLadder(Rules rules) {
    this.rules = rules;
    this.patience = rules.calmNanos;
    this.workers = new QueueWindow(rules.targetNanos, rules.windowNanos);
    this.encoders = new QueueWindow(rules.targetNanos, rules.windowNanos);
    this.costs = new WorkCost[rules.steps.size() + 1];
    this.encoderRates = new SaturatedRate[costs.length];
    forget();
  }

  private void forget() {
    Arrays.setAll(costs, _ -> new WorkCost());
    Arrays.setAll(encoderRates, _ -> new SaturatedRate());
  }

  /// Room at encoders under the same rules.
  EncoderRoom encoderRoom() {
    return new EncoderRoom(rules.steps.contains(QualityStep.STALE_EMBEDDING), rules.targetNanos);
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
    workers.refused();
    closeWindow(nowNanos);
  }

  /// A worker has taken a request up.
  public void tookUp(long nowNanos, long waitNanos) {
    begin(nowNanos);
    workers.waited(waitNanos);
    closeWindow(nowNanos);
  }

  /// A request that was taken up at a step has cost so much of a worker's time.
  public void worked(long nowNanos, QualityStep step, long workNanos) {
    int taken = rules.steps.indexOf(step) + 1;
    costs[taken].add(nowNanos, workNanos);
    steppedNanos += workNanos;
    answeredAtLevel += taken == level ? 1 : 0;
  }

  /// Work that is never made cheaper has cost so much of a worker's time.
  public void workedWhole(long workNanos) {
    wholeNanos += workNanos;
  }

  /// An encoder has taken users up.
  ///
  /// @param sentNanos when they were sent to it
  /// @param waitNanos for it
  public void encoded(long nowNanos, WorkKind kind, int users, long sentNanos, long waitNanos) {
    begin(nowNanos);
    if (sentNanos - levelSince < 0) {
      return;
    }
    openEncoders(nowNanos);
    switch (kind) {
      case STEPPED -> steppedUsers += users;
      case WHOLE -> wholeUsers += users;
    }
    encoders.waited(waitNanos);
    closeEncoders(nowNanos);
  }

  /// No encoder had room for a request to be answered at a step.
  public void encoderRefused(long nowNanos) {
    begin(nowNanos);
    openEncoders(nowNanos);
    encoders.refused();
    closeEncoders(nowNanos);
  }

  /// Nothing is under way: no queue stands, however few the waits.
  public void idle(long nowNanos) {
    begin(nowNanos);
    if (workers.isOver(nowNanos)) {
      encoders.discard();
      workers.waited(0);
      decide(nowNanos);
    }
  }

  private void begin(long nowNanos) {
    if (!begun) {
      begun = true;
      firstNanos = nowNanos;
      levelSince = nowNanos;
      calmSince = nowNanos;
      openWindow(nowNanos);
    }
  }

  private void openWindow(long nowNanos) {
    workers.open(nowNanos);
    arrivals = 0;
    steppedNanos = 0;
    wholeNanos = 0;
  }

  private void closeWindow(long nowNanos) {
    if (workers.isTelling(nowNanos)) {
      decide(nowNanos);
    }
  }

  private void decide(long nowNanos) {
    measureRates((nowNanos - workers.startNanos()) / NANOS_PER_SECOND);
    if (!warm && nowNanos - firstNanos >= COLD_NANOS) {
      warm = true;
      forget();
    }
    switch (workers.close()) {
      case STANDING -> {
        calmSince = nowNanos;
        if (wholeBusy <= steppedBusy) {
          up(level + 1, nowNanos);
        }
      }
      case WAITING -> calmSince = nowNanos;
      case CALM -> calm(nowNanos);
    }
    openWindow(nowNanos);
  }

  private void openEncoders(long nowNanos) {
    if (!encoders.isOpen()) {
      encoders.open(nowNanos);
      steppedUsers = 0;
      wholeUsers = 0;
      answeredAtLevel = 0;
    }
  }

  private void closeEncoders(long nowNanos) {
    if (!encoders.isTelling(nowNanos)) {
      return;
    }
    long nanos = nowNanos - encoders.startNanos();
    QueueWindow.Finding found = encoders.close();
    if (found == QueueWindow.Finding.CALM) {
      return; // a step down is for the workers' window to take
    }
    calmSince = nowNanos;
    if (wholeUsers <= steppedUsers) {
      encoderRates[asForEncoders(level)].measured(nowNanos, answeredAtLevel, nanos);
      if (found == QueueWindow.Finding.STANDING) {
        up(nextForEncoders(), nowNanos);
      }
    }
  }

  /// The next level that relieves encoders; a smaller search would not.
  private int nextForEncoders() {
    int next = level + 1;
    while (next <= rules.steps.size() && asForEncoders(next) == 0) {
      next++;
    }
    return next;
  }

  /// The level that gives encoders as much to do as another.
  private int asForEncoders(int other) {
    return other > 0 && rules.steps.get(other - 1).relievesEncoders() ? other : 0;
  }

  /// Over the last second, about.
  private void measureRates(double seconds) {
    double weight = Math.min(1, seconds);
    arrivalsPerSecond += weight * (arrivals / seconds - arrivalsPerSecond);
    steppedBusy += weight * (steppedNanos / seconds - steppedBusy);
    wholeBusy += weight * (wholeNanos / seconds - wholeBusy);
  }

  private void up(int next, long nowNanos) {
    if (next > rules.steps.size()) {
      return;
    }
    moveTo(next, nowNanos);
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
      moveTo(level - 1, nowNanos);
      // Within a window once, but as often as patience ends in an idle one.
      calmSince = Math.max(calmSince + patience, workers.startNanos());
      lastDown = nowNanos;
      downOnTrial = true;
    }
  }

  private void moveTo(int other, long nowNanos) {
    level = other;
    levelSince = nowNanos;
    encoders.discard();
  }

  /// Whether the work that arrives now would leave workers and encoders some time at another level.
  private boolean isAffordable(long nowNanos, int other) {
    double cost = costs[other].at(nowNanos, costs[level]);
    return arrivalsPerSecond * cost / NANOS_PER_SECOND <= SAFE_UTILISATION * rules.workers
        && arrivalsPerSecond <= SAFE_UTILISATION * encoderRates[asForEncoders(other)].at(nowNanos);
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
