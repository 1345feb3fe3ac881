package dev.hstu.retrieval.evaluate.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.index.catalog.VectorMatrix;
import dev.hstu.index.search.ExactScan;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.evaluate.Evaluation;
import dev.hstu.retrieval.evaluate.LeaveOneOut;
import dev.hstu.retrieval.evaluate.RowMapping;
import dev.hstu.retrieval.evaluate.SeenFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every planted leak is found and nothing else is; a clean evaluation has none. What can be mended
/// ranks as the clean evaluation does.
final class LeakDetectorTest {

  private static final int USERS = 120;
  private static final int ITEMS = 400;
  private static final int EVENTS = 14;
  private static final int WINDOW = 6;
  private static final int DIMENSION = 8;
  private static final IdTable ITEM_IDS =
      IdTable.ofStrings(IntStream.range(0, ITEMS).mapToObj(i -> "item" + i).toList());
  private static final IdTable USER_IDS =
      IdTable.ofStrings(IntStream.range(0, USERS).mapToObj(u -> "user" + u).toList());
  private static final RowMapping SAME = RowMapping.between(ITEM_IDS, ITEM_IDS);
  private static final InteractionLog LOG = log();
  private static final LeaveOneOut PROTOCOL = new LeaveOneOut(LOG, LeaveOneOut.Target.TEST);

  @TempDir private Path folder;

  /// Ways of making an evaluation too good (or, by carelessness, too bad).
  private enum Plant {
    FUTURE_EVENT,
    TARGET_IN_HISTORY,
    LATE_REQUEST,
    TARGET_IN_TRAINING,
    LATER_EVENTS_IN_TRAINING,
    USERS_IN_BOTH,
    TWIN_USERS,
    SEEN_FILTER,
    SAMPLED_RANKING;

    String kind() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    Audit plant(Audit clean) {
      return switch (this) {
        case FUTURE_EVENT ->
            changed(clean, one -> with(one, 1 + one.target() % ITEMS, one.targetTime() + 50));
        case TARGET_IN_HISTORY -> changed(clean, one -> with(one, one.target(), one.targetTime()));
        case LATE_REQUEST -> changed(clean, one -> one.withRequestTime(one.targetTime() + 3_600));
        case TARGET_IN_TRAINING -> trained(clean, new TrainedEvents(LOG, USER_IDS, SAME, 0), false);
        case LATER_EVENTS_IN_TRAINING -> trained(clean, withoutTargetsButLater(), false);
        case USERS_IN_BOTH -> trained(clean, clean.training(), true);
        case TWIN_USERS -> trained(clean, withTwin(), false);
        case SEEN_FILTER -> clean.withSeen(SeenFilter.WINDOW);
        case SAMPLED_RANKING -> changed(clean, one -> sampled(one));
      };
    }
  }

  @Test
  void aCleanEvaluationHasNone() {
    LeakReport report = audit(clean());

    assertThat(report.leaks()).isEmpty();
    assertThat(report.isClean()).isTrue();
    assertThat(report.cases()).isEqualTo(USERS);
    assertThat(report.mended()).isEqualTo(report.presented());
    assertThat(LeakDetector.kinds())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Plant.values()).map(Plant::kind).toList());
  }

  @ParameterizedTest
  @EnumSource(Plant.class)
  void aPlantedLeakIsFoundAndNothingElse(Plant plant) {
    LeakReport clean = audit(clean());
    LeakReport report = audit(plant.plant(clean()));

    assertThat(report.leaks()).extracting(Leak::kind).containsExactly(plant.kind());
    Leak leak = report.leaks().getFirst();
    assertThat(leak.cases()).isEqualTo(plant == Plant.TWIN_USERS ? 1 : USERS);
    assertThat(leak.without()).isEqualTo(report.mended());
    switch (plant) {
      case FUTURE_EVENT, TARGET_IN_HISTORY, LATE_REQUEST, SEEN_FILTER, SAMPLED_RANKING ->
          assertThat(report.mended()).isEqualTo(clean.presented());
      case TWIN_USERS -> assertThat(report.mended().users()).isEqualTo(USERS - 1);
      // Every case has it, so that none is left.
      case TARGET_IN_TRAINING, LATER_EVENTS_IN_TRAINING, USERS_IN_BOTH ->
          assertThat(report.mended().users()).isZero();
    }
    if (plant == Plant.SAMPLED_RANKING) {
      assertThat(report.presented().hitRateAt(10))
          .isGreaterThan(2 * clean.presented().hitRateAt(10));
    }
  }

  @Test
  void allAtOnceAreAllFound() {
    Audit audit = clean();
    for (Plant plant : Plant.values()) {
      if (plant != Plant.TWIN_USERS && plant != Plant.LATER_EVENTS_IN_TRAINING) {
        audit = plant.plant(audit);
      }
    }
    assertThat(audit(audit).leaks())
        .extracting(Leak::kind)
        .contains("future-event", "target-in-history", "target-in-training")
        .contains("users-in-both", "seen-filter", "sampled-ranking");
  }

  @Test
  void withoutKnownTrainingItIsSaidWhatWasNotLookedFor() {
    LeakReport report = audit(trained(clean(), null, false));
    assertThat(report.leaks()).isEmpty();
    assertThat(report.notes()).singleElement().asString().contains("--training-data");
  }

  @Test
  void casesOfAnotherEvaluationAreReadFromAFile() throws IOException {
    Path file = folder.resolve("cases.ndjson");
    Files.writeString(
        file,
        """
        {"userId": 7, "events": [{"itemId": "item3", "timestamp": 10}, {"itemId": "gone", "timestamp": 11}],
         "requestTime": 20, "target": {"itemId": "item9", "timestamp": 20}, "candidates": ["item9", "item1"]}
        """
                .replace("\n", " ")
                .strip()
            + "\n\n");

    AuditCases cases = CasesFile.read(file, ITEM_IDS);

    assertThat(cases.size()).isOne();
    AuditCase one = cases.get(0);
    assertThat(one.userId()).isEqualTo("7");
    assertThat(one.history().items()).containsExactly(4);
    assertThat(one.history().requestTime()).isEqualTo(20);
    assertThat(one.target()).isEqualTo(10);
    assertThat(one.candidates()).containsExactly(10, 2);
    assertThat(one.excluded()).isNull();
    refuses(file, "{\"userId\": \"u\"", "line 1 of", "is no JSON");
    refuses(file, "\n{\"userId\": \"u\", \"target\": {}}", "line 2 of", "has no itemId");
    refuses(file, "", "ends without a case");
  }

  private static void refuses(Path file, String content, String... words) throws IOException {
    Files.writeString(file, content);
    assertThatThrownBy(() -> CasesFile.read(file, ITEM_IDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  private static LeakReport audit(Audit audit) {
    float[] vectors = vectors();
    Evaluation.Subject subject =
        new Evaluation.Subject(
            new LastItemEncoder(vectors),
            new ExactScan(VectorMatrix.copyOf(vectors, DIMENSION)),
            null,
            SAME);
    return LeakDetector.audit(subject, audit, 2, done -> {});
  }

  private static Audit clean() {
    List<AuditCase> cases = new ArrayList<>();
    for (int c = 0; c < PROTOCOL.cases(); c++) {
      cases.add(
          new AuditCase(
              USER_IDS.idAt(PROTOCOL.user(c)),
              PROTOCOL.history(c),
              PROTOCOL.targetItem(c),
              LOG.times()[PROTOCOL.targetEvent(c)],
              null,
              null));
    }
    return new Audit(
        AuditCases.of(cases),
        ITEMS,
        new Clock.Wall(),
        new LastItemEncoder(new float[0]).config().window(),
        SeenFilter.ALL,
        new TrainedEvents(LOG, USER_IDS, SAME, 1),
        false);
  }

  private static Audit changed(Audit audit, UnaryOperator<AuditCase> change) {
    return audit.withCases(audit.cases().map(change));
  }

  private static Audit trained(Audit audit, TrainedEvents training, boolean usersHeldOut) {
    return new Audit(
        audit.cases(),
        audit.items(),
        audit.clock(),
        audit.window(),
        audit.seen(),
        training,
        usersHeldOut);
  }

  private static AuditCase with(AuditCase one, int item, long time) {
    int length = one.history().length();
    int[] items = Arrays.copyOf(one.history().items(), length + 1);
    long[] times = Arrays.copyOf(one.history().times(), length + 1);
    items[length] = item;
    times[length] = time;
    return new AuditCase(
        one.userId(),
        new UserHistory(items, times, one.history().requestTime()),
        one.target(),
        one.targetTime(),
        one.candidates(),
        one.excluded());
  }

  private static AuditCase sampled(AuditCase one) {
    int[] candidates =
        IntStream.concat(
                IntStream.of(one.target()),
                IntStream.range(0, 50).map(i -> 1 + (one.target() + 7 * i) % ITEMS))
            .distinct()
            .toArray();
    return new AuditCase(
        one.userId(), one.history(), one.target(), one.targetTime(), candidates, one.excluded());
  }

  /// A random split: each user's target is missing from the training, an event after it isn't.
  private static TrainedEvents withoutTargetsButLater() {
    int[] items = LOG.items().clone();
    long[] times = LOG.times().clone();
    for (int u = 0; u < USERS; u++) {
      int last = LOG.start(u) + LOG.length(u) - 1;
      items[last] = 1 + items[last] % ITEMS;
      times[last] += 100;
    }
    return new TrainedEvents(
        new InteractionLog(LOG.offsets(), items, times, LOG.actions()), USER_IDS, SAME, 0);
  }

  /// User 5 once more, under another id and with one event more, the newest held out.
  private static TrainedEvents withTwin() {
    int length = LOG.length(5);
    int events = LOG.events();
    int[] items = Arrays.copyOf(LOG.items(), events + length + 1);
    long[] times = Arrays.copyOf(LOG.times(), events + length + 1);
    System.arraycopy(LOG.items(), LOG.start(5), items, events, length);
    System.arraycopy(LOG.times(), LOG.start(5), times, events, length);
    items[events + length] = 1;
    times[events + length] = times[events + length - 1] + 9;
    long[] offsets = Arrays.copyOf(LOG.offsets(), USERS + 2);
    offsets[USERS + 1] = items.length;
    List<String> ids = new ArrayList<>();
    for (int u = 0; u < USERS; u++) {
      ids.add(USER_IDS.idAt(u));
    }
    ids.add("another account");
    return new TrainedEvents(
        new InteractionLog(offsets, items, times, new float[items.length]),
        IdTable.ofStrings(ids),
        SAME,
        1);
  }

  private static InteractionLog log() {
    SplittableRandom random = new SplittableRandom(8);
    int[] items = new int[USERS * EVENTS];
    long[] times = new long[USERS * EVENTS];
    for (int u = 0; u < USERS; u++) {
      int[] own = random.ints(1, ITEMS + 1).distinct().limit(EVENTS).toArray();
      System.arraycopy(own, 0, items, u * EVENTS, EVENTS);
      long time = 1_000_000;
      for (int e = 0; e < EVENTS; e++) {
        // Neighbouring events often share a second, as real ones do.
        time += random.nextInt(3) == 0 ? 0 : random.nextInt(1, 5_000);
        times[u * EVENTS + e] = time;
      }
      times[u * EVENTS + EVENTS - 1] = time + 10;
    }
    return new InteractionLog(
        LongStream.rangeClosed(0, USERS).map(u -> u * EVENTS).toArray(),
        items,
        times,
        new float[items.length]);
  }

  private static float[] vectors() {
    SplittableRandom random = new SplittableRandom(9);
    float[] vectors = new float[ITEMS * DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    return vectors;
  }

  /// The user is the vector of the last item.
  private record LastItemEncoder(float[] vectors) implements UserEncoder {
    @Override
    public String engine() {
      return "last item";
    }

    @Override
    public HstuConfig config() {
      return new HstuConfig(ITEMS, WINDOW, 1, DIMENSION, 1, 1, 1, 1, 0.05, 1);
    }

    @Override
    public void encode(HistoryBatch batch, float[] target) {
      for (int b = 0; b < batch.users(); b++) {
        int last = batch.items()[batch.offsets()[b + 1] - 1];
        System.arraycopy(vectors, (last - 1) * DIMENSION, target, b * DIMENSION, DIMENSION);
      }
    }

    @Override
    public void close() {}
  }
}
