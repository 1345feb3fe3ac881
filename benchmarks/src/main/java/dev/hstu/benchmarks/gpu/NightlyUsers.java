package dev.hstu.benchmarks.gpu;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelConfig;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.Provenance;
import dev.hstu.encoder.users.UserEmbedding;
import dev.hstu.kernels.tables.AttributeTable;
import dev.hstu.kernels.tables.IdTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Prepared data of users with full windows, and how fast all of them are embedded into a file.
final class NightlyUsers {

  private static final int USERS = 60_000;
  private static final int WORKERS = 4;
  private static final int MEAN_GAP_SECONDS = 3_600;

  private final Model model;
  private final Path folder;
  private final Path data;

  NightlyUsers(Model model, Path folder) throws IOException {
    this.model = model;
    this.folder = folder;
    this.data = folder.resolve("data");
    PreparedData.write(
        data,
        new Provenance(List.of("seeded"), new TreeMap<>(), new Clock.Wall(), new TreeMap<>(), 0, 0),
        log(model.config()),
        IdTable.ofLongs(LongStream.rangeClosed(1, USERS).toArray()),
        model.vocabulary(),
        AttributeTable.withoutColumns(model.config().items()));
  }

  private static InteractionLog log(ModelConfig config) {
    SplittableRandom random = new SplittableRandom(7);
    int length = config.maxEvents();
    int events = Math.multiplyExact(USERS, length);
    int[] items = random.ints(events, 1, config.items() + 1).toArray();
    long[] times = new long[events];
    long[] offsets = new long[USERS + 1];
    for (int user = 0; user < USERS; user++) {
      offsets[user + 1] = offsets[user] + length;
      long now = 1_700_000_000L;
      for (int e = (int) offsets[user]; e < offsets[user + 1]; e++) {
        now += random.nextInt(2 * MEAN_GAP_SECONDS);
        times[e] = now;
      }
    }
    return new InteractionLog(offsets, items, times, new float[events]);
  }

  /// From the folder to the file, and the part of it after the folder is read and checked.
  List<Figure> embed(UserEncoder encoder) throws IOException {
    long start = System.nanoTime();
    PreparedData users = PreparedData.open(data);
    double readSeconds = (System.nanoTime() - start) / 1e9;
    UserEmbedding run = new UserEmbedding(OptionalLong.empty(), WORKERS);
    Path target = folder.resolve("users.safetensors");
    run.write(target, model, users, encoder, done -> {}); // warms the Java machine up
    start = System.nanoTime();
    run.write(target, model, users, encoder, done -> {});
    double writeSeconds = (System.nanoTime() - start) / 1e9;
    String detail =
        "%,d users; folder read and checked in %.1f s, embedded and written durably in %.1f s"
            .formatted(USERS, readSeconds, writeSeconds);
    return List.of(
        Figure.of(
            "nightly users, l=6 D=256 n=512, folder to file",
            USERS / writeSeconds,
            "users/s",
            "30000 users/s",
            detail),
        Figure.of(
            "  the same with reading and checking the folder",
            USERS / (readSeconds + writeSeconds),
            "users/s",
            "",
            ""));
  }

  void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
