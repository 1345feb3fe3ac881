package dev.hstu.benchmarks.coldstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingPresets;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.AttributeTableBuilder;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Users who stay with one label: what was held out is found by it.
class ColdStartTest {

  private static final int ITEMS = 1_200;
  private static final int LABELS = 6;
  private static final int USERS = 240;
  private static final int EVENTS = 12;

  @TempDir private Path folder;
  private PreparedData data;

  @BeforeEach
  void data() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    long[] offsets = new long[USERS + 1];
    int[] items = new int[USERS * EVENTS];
    for (int user = 0; user < USERS; user++) {
      offsets[user + 1] = (user + 1L) * EVENTS;
      for (int e = 0; e < EVENTS; e++) {
        items[user * EVENTS + e] = 1 + random.nextInt(ITEMS / LABELS) * LABELS + user % LABELS;
      }
    }
    long[] times = LongStream.range(0, items.length).map(e -> e % EVENTS).toArray();
    InteractionLog log = new InteractionLog(offsets, items, times, new float[items.length]);
    PreparedData.write(
        folder.resolve("data"),
        new Provenance(List.of(), new TreeMap<>(), new Clock.Wall(), new TreeMap<>(), 0, 0),
        log,
        IdTable.ofLongs(LongStream.range(0, USERS).toArray()),
        IdTable.ofLongs(LongStream.range(0, ITEMS).toArray()),
        labels());
    data = PreparedData.open(folder.resolve("data"));
  }

  private static AttributeTable labels() {
    AttributeTableBuilder table =
        new AttributeTableBuilder(List.of(new AttributeColumn("kind", AttributeKind.LABELS)));
    for (int row = 0; row < ITEMS; row++) {
      table.labels(0, List.of("k" + row % LABELS)).endRow();
    }
    return table.build();
  }

  @Test
  void whatIsHeldOutIsInNoEventAndInNoVocabulary() {
    HeldOutItems items = HeldOutItems.draw(data, "kind", 0.25, 1);
    int known = items.vocabulary().size();
    assertThat(known).isBetween(ITEMS / 2, ITEMS - ITEMS / 8);
    for (int row : items.catalogueRows()) {
      assertThat(items.isHeldOut(row)).isFalse();
    }
    assertThat(items.log().items()).doesNotContain(0, known + 1);
    assertThat(Arrays.stream(items.log().items()).max().orElseThrow()).isLessThanOrEqualTo(known);
    assertThat(items.log().events()).isLessThan(data.log().events());
    for (int row = 0; row < ITEMS; row++) {
      assertThat(items.vocabulary().rowOf((long) row)).isEqualTo(items.warmRow()[row]);
    }
  }

  @Test
  void labelsFindMoreThanChanceAndPopularity() throws IOException {
    ColdStart coldStart = new ColdStart(data, "kind", 0.25, 1);
    TrainingSettings settings =
        TrainingPresets.named("small", coldStart.known())
            .withEpochs(12)
            .withBatchUsers(32)
            .withOwnDropout(0.2)
            .withDevice("cpu", 1);
    Map<String, RankingMetrics.Summary> found =
        coldStart.measure(settings, folder.resolve("model"), new TrainingListener() {});
    assertThat(found)
        .containsOnlyKeys(
            "labels", "the user's genres, then popularity", "popularity by genre", "random");
    double labels = found.get("labels").hitRateAt(200);
    assertThat(found.get("labels").users()).isGreaterThan(USERS / 8);
    assertThat(labels).isGreaterThan(found.get("random").hitRateAt(200) + 0.2);
    assertThat(labels).isGreaterThan(found.get("popularity by genre").hitRateAt(200));
  }
}
