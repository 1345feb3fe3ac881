package dev.hstu.encoder.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.compute.ReferenceEncoder;
import dev.hstu.encoder.model.HstuConfig;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.model.RandomModels;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.kernels.safetensors.SafetensorsFile;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each user's vector stands at its row and is what a single encode gives; a run that fails leaves
/// nothing.
class UserEmbeddingTest {

  private static final int ITEMS = 30;
  private static final int USERS = 5_000;

  private final HstuConfig config = RandomModels.config(ITEMS, 6, 2, 4, 1, 3, 2, 1);
  private final NetworkModel model = RandomModels.model(config, 3);
  private final UserEncoder encoder =
      new ReferenceEncoder(config, model.weights(), Precision.FLOAT32);
  private final InteractionLog log = randomLog(new Random(9));

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyUserStandsAtItsRowWithTheVectorOfASingleEncode(int workers) throws IOException {
    PreparedData data = data(new Clock.Wall(), RandomModels.ids(ITEMS));
    Path target = folder.resolve("users.safetensors");
    List<Long> progress = new ArrayList<>();

    UserEmbedding.Summary summary =
        new UserEmbedding(OptionalLong.empty(), workers)
            .write(target, model, data, encoder, progress::add);

    long newest = LongStream.of(log.times()).max().orElseThrow();
    float[] vectors = vectors(target);
    int empty = 0;
    for (int user = 0; user < USERS; user++) {
      assertThat(vector(vectors, user)).isEqualTo(expected(user, newest));
      empty += log.length(user) == 0 ? 1 : 0;
    }
    assertThat(summary).isEqualTo(new UserEmbedding.Summary(USERS, empty));
    assertThat(empty).isPositive();
    assertThat(progress).isSorted().endsWith((long) USERS).hasSizeGreaterThan(1);
  }

  @Test
  void theFileSaysWhatItsVectorsMean() throws IOException {
    PreparedData data = data(new Clock.Wall(), RandomModels.ids(ITEMS));
    Path target = folder.resolve("users.safetensors");
    new UserEmbedding(OptionalLong.of(3_000_000_000L), 2)
        .write(target, model, data, encoder, done -> {});
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      assertThat(file.metadata())
          .containsEntry("format", "hstu.user-vectors")
          .containsEntry("model_fingerprint", model.fingerprint())
          .containsEntry("data_fingerprint", data.fingerprint())
          .containsEntry("request_time", "3000000000")
          .containsEntry("dimension", "4");
      assertThat(IdTable.readFrom(file, "").longAt(7)).isEqualTo(107);
    }
    assertThat(vector(vectors(target), 1)).isEqualTo(expected(1, 3_000_000_000L));
  }

  @Test
  void dataOfOrderOnlyAreEmbeddedAStepAfterEachLastEvent() throws IOException {
    PreparedData data = data(new Clock.Sequence(60), RandomModels.ids(ITEMS));
    Path target = folder.resolve("users.safetensors");
    new UserEmbedding(OptionalLong.empty(), 2).write(target, model, data, encoder, done -> {});
    int user = 1;
    long last = log.times()[log.start(user) + log.length(user) - 1];
    assertThat(vector(vectors(target), user)).isEqualTo(expected(user, last + 60));
  }

  @Test
  void itemsTheModelLacksAreLeftOutAndOthersKeepTheirMeaning() throws IOException {
    // The data has the model's ids backwards, and its first one instead of the model's last.
    long[] ids = new long[ITEMS];
    Arrays.setAll(ids, row -> row == 0 ? 77 : 1000L + ITEMS - 1 - row);
    PreparedData data = data(new Clock.Wall(), IdTable.ofLongs(ids));
    Path target = folder.resolve("users.safetensors");
    new UserEmbedding(OptionalLong.of(3_000_000_000L), 2)
        .write(target, model, data, encoder, done -> {});
    float[] vectors = vectors(target);
    for (int user = 0; user < 200; user++) {
      List<Integer> items = new ArrayList<>();
      List<Long> times = new ArrayList<>();
      for (int e = log.start(user); e < log.start(user) + log.length(user); e++) {
        if (log.items()[e] != 1) {
          items.add(ITEMS - log.items()[e] + 1);
          times.add(log.times()[e]);
        }
      }
      UserHistory known =
          new UserHistory(
              items.stream().mapToInt(Integer::intValue).toArray(),
              times.stream().mapToLong(Long::longValue).toArray(),
              3_000_000_000L);
      float[] expected = items.isEmpty() ? new float[4] : encoder.encode(List.of(known))[0];
      assertThat(vector(vectors, user)).isEqualTo(expected);
    }
  }

  @Test
  void aRunThatFailsLeavesNothing() throws IOException {
    PreparedData data = data(new Clock.Wall(), RandomModels.ids(ITEMS));
    Path target = folder.resolve("users.safetensors");
    UserEncoder failing =
        new UserEncoder() {
          @Override
          public String engine() {
            return "failing";
          }

          @Override
          public HstuConfig config() {
            return config;
          }

          @Override
          public void encode(HistoryBatch batch, float[] out) {
            throw new IllegalStateException("cudaGraphLaunch: planted");
          }

          @Override
          public void close() {}
        };
    UserEmbedding run = new UserEmbedding(OptionalLong.empty(), 2);
    assertThatThrownBy(() -> run.write(target, model, data, failing, done -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cudaGraphLaunch: planted");
    assertThat(target).doesNotExist();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("data"));
    }
  }

  @Test
  void aRequestTimeBeforeAnEventIsRefusedWithBoth() throws IOException {
    PreparedData data = data(new Clock.Wall(), RandomModels.ids(ITEMS));
    UserEmbedding early = new UserEmbedding(OptionalLong.of(5), 1);
    assertThatThrownBy(() -> early.write(folder.resolve("u"), model, data, encoder, done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("request time 5 must be within [0-9]+, the newest event's, and .*");
  }

  private float[] expected(int user, long requestTime) {
    if (log.length(user) == 0) {
      return new float[config.embeddingDim()];
    }
    int from = log.start(user);
    int to = from + log.length(user);
    return encoder
        .encode(
            List.of(
                new UserHistory(
                    Arrays.copyOfRange(log.items(), from, to),
                    Arrays.copyOfRange(log.times(), from, to),
                    requestTime)))[0];
  }

  private float[] vector(float[] vectors, int user) {
    int d = config.embeddingDim();
    return Arrays.copyOfRange(vectors, user * d, (user + 1) * d);
  }

  private static float[] vectors(Path target) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      return file.tensor(UserVectorFile.VECTORS).toFloats();
    }
  }

  private PreparedData data(Clock clock, IdTable items) throws IOException {
    Path path = folder.resolve("data");
    Provenance provenance =
        new Provenance(List.of("seeded"), new TreeMap<>(), clock, new TreeMap<>(), 0, 0);
    IdTable users = IdTable.ofLongs(LongStream.range(100, 100 + USERS).toArray());
    PreparedData.write(path, provenance, log, users, items, AttributeTable.withoutColumns(ITEMS));
    return PreparedData.open(path);
  }

  private static InteractionLog randomLog(Random random) {
    long[] offsets = new long[USERS + 1];
    for (int user = 0; user < USERS; user++) {
      offsets[user + 1] = offsets[user] + random.nextInt(10);
    }
    int events = (int) offsets[USERS];
    int[] items = random.ints(events, 1, ITEMS + 1).toArray();
    long[] times = new long[events];
    for (int user = 0; user < USERS; user++) {
      long now = 1_500_000_000L + random.nextInt(1_000_000);
      for (int e = (int) offsets[user]; e < offsets[user + 1]; e++) {
        times[e] = now;
        now += random.nextInt(5_000);
      }
    }
    return new InteractionLog(offsets, items, times, new float[events]);
  }
}
