package dev.hstu.retrieval.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process killed at any moment while it stores and forgets users loses nothing that it
/// acknowledged, leaves nothing half, and what it said was forgotten is in no file.
final class UserStoreKillTest {

  /// Longest time between the child's first change and its death.
  private static final int MAX_DELAY_MICROS = 600_000;

  @TempDir Path folder;

  /// By thread: the first operation that wasn't acknowledged.
  private final int[] next = new int[ChangingChild.THREADS];

  @Test
  void fourKillsLoseNothingAcknowledged() throws IOException, InterruptedException {
    kill(4, 3);
  }

  @Test
  @Tag("soak")
  void twoHundredKillsLoseNothingAcknowledged() throws IOException, InterruptedException {
    kill(200, 1);
  }

  private void kill(int times, long seed) throws IOException, InterruptedException {
    Arrays.fill(next, 1);
    SplittableRandom random = new SplittableRandom(seed);
    Path store = folder.resolve("users");
    for (int number = 1; number <= times; number++) {
      int delayMicros = random.nextInt(MAX_DELAY_MICROS);
      changeUntilKilled(store, delayMicros);
      assertForgottenIsGone(store);
      assertNothingLost(store);
      System.out.printf(
          Locale.ROOT,
          "kill %d of %d (seed %d) after %.3f s: operations %s, none lost%n",
          number,
          times,
          seed,
          delayMicros / 1e6,
          Arrays.toString(next));
    }
    assertThat(Arrays.stream(next).max().orElseThrow()).isGreaterThan(10);
  }

  private void changeUntilKilled(Path store, int delayMicros)
      throws IOException, InterruptedException {
    Process child = start(store);
    try (BufferedReader output = child.inputReader()) {
      assertThat(output.readLine()).isEqualTo("READY");
      Thread killer = Thread.ofPlatform().start(() -> killAfter(child, delayMicros));
      String line = output.readLine();
      while (line != null) {
        acknowledge(line);
        line = output.readLine();
      }
      killer.join();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private Process start(Path store) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ChangingChild.class.getName(),
            store.toString(),
            Arrays.stream(next).mapToObj(Integer::toString).collect(Collectors.joining(",")))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void killAfter(Process child, int delayMicros) {
    try {
      // The only wait that ends by itself when the child does.
      if (!child.waitFor(delayMicros, TimeUnit.MICROSECONDS)) {
        // By its handle, which leaves open what it has printed.
        child.toHandle().destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The last line may have been cut by the kill; a number cut short is one acknowledged before.
  private void acknowledge(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 2 && words[0].length() == 1 && !words[1].isEmpty()) {
      int thread = Integer.parseInt(words[0]);
      next[thread] = Math.max(next[thread], Integer.parseInt(words[1]) + 1);
    }
  }

  /// One pass over the files: a search for each forgotten event would take the square of them.
  private void assertForgottenIsGone(Path store) throws IOException {
    int[] forgets =
        Arrays.stream(next).map(number -> ChangingChild.lastForget(number - 1)).toArray();
    Matcher events = ChangingChild.TEXT.matcher(content(store));
    while (events.find()) {
      int thread = Integer.parseInt(events.group(1));
      int number = Integer.parseInt(events.group(2));
      assertThat(number)
          .as("change %d of thread %d, forgotten by %d", number, thread, forgets[thread])
          .isGreaterThan(forgets[thread]);
    }
  }

  /// Each thread had at most one change under way: its user is as the last acknowledged left it or
  /// as that one makes it, wholly.
  private void assertNothingLost(Path folder) throws IOException {
    try (UserStore store = UserStore.open(ChangingChild.settings(folder))) {
      for (int thread = 0; thread < next.length; thread++) {
        StoredHistory found = store.history(ChangingChild.user(thread));
        if (found.events().events().equals(ChangingChild.after(thread, next[thread]))) {
          next[thread]++;
        }
        int last = next[thread] - 1;
        assertThat(found.events().events())
            .as("events of thread %d after its operation %d", thread, last)
            .isEqualTo(ChangingChild.after(thread, last));
        assertThat(found.attributes().entries())
            .as("attributes of thread %d after its operation %d", thread, last)
            .isEqualTo(ChangingChild.attributesAfter(thread, last));
      }
    }
  }

  private static String content(Path store) throws IOException {
    StringBuilder content = new StringBuilder();
    try (Stream<Path> files = Files.list(store)) {
      for (Path file : files.toList()) {
        content.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return content.toString();
  }
}
