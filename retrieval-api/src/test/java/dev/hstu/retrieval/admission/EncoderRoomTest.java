package dev.hstu.retrieval.admission;

import static dev.hstu.retrieval.admission.QueueSimulation.MILLI;
import static dev.hstu.retrieval.admission.QueueSimulation.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Users who all have an embedding that has just ended ask at encoders that compute some of them at
/// a time, on a clock of the test's own.
class EncoderRoomTest {

  private static final long GOOD_WAIT = 20 * MILLI;
  private static final int USERS = 2_000;

  /// Two encoders of one thread as on a small machine, and a card that takes 64 at once.
  @ParameterizedTest
  @CsvSource({"2, 5, 1", "2, 5, 2", "8, 20, 3", "64, 10, 4"})
  void allEmbeddingsEndAtOneInstantAndNobodyWaitsLong(int servers, int millis, long seed) {
    Encoders encoders = new Encoders(servers, millis * MILLI, seed);
    encoders.run(7_000, 0, SECOND * 40);

    assertThat(encoders.made.cardinality()).isEqualTo(USERS);
    assertThat(encoders.waits.stream().sorted().toList().get(USERS * 99 / 100))
        .as("99 of a hundred of those made anew waited no longer")
        .isLessThan(2 * GOOD_WAIT);
    long atFullSpeed = (long) USERS * millis * MILLI / servers;
    assertThat(encoders.lastEarlierNanos)
        .as("the last answer with an earlier embedding")
        .isLessThan(3 * atFullSpeed + SECOND / 2);
  }

  /// Two encoders that take 5 ms each, 400 users a second at most; now and then many come at once.
  @ParameterizedTest
  @CsvSource({"80, 1", "80, 2", "80, 3"})
  void whatEncodersManageIsMadeAnewForEveryone(int perSecond, long seed) {
    Encoders encoders = new Encoders(2, 5 * MILLI, seed);
    encoders.run(perSecond, 1, SECOND * 60);

    assertThat(encoders.waits).hasSizeGreaterThan(50 * perSecond);
    assertThat(encoders.earlier).isLessThanOrEqualTo(encoders.waits.size() / 1_000);
  }

  @Test
  void thereIsAlwaysRoomWhereEarlierEmbeddingsMayNotAnswer() {
    EncoderRoom room = new EncoderRoom(false, GOOD_WAIT);
    IntStream.range(0, 10_000).forEach(_ -> room.sent());
    room.waited(SECOND, 0, SECOND);

    assertThat(room.isLeft(SECOND, SECOND)).isTrue();
  }

  @Test
  void oneIsAlwaysLetInHoweverLongTheLastWaitedAndThenAPlaceRestsAsLongAsItWasUsed() {
    EncoderRoom room = new EncoderRoom(true, GOOD_WAIT);
    for (int i = 1; i < 100; i++) {
      room.waited(i * SECOND, i * SECOND, SECOND);
    }
    long now = 100 * SECOND;

    assertThat(room.isLeft(now, 0)).isTrue();
    room.sent();
    assertThat(room.isLeft(now, 0)).isFalse();
    room.answered(now + MILLI, MILLI);
    assertThat(room.isLeft(now + 2 * MILLI - 1, 0)).isFalse();
    assertThat(room.isLeft(now + 2 * MILLI, 0)).isTrue();
    assertThat(room.isLeft(now + 2 * MILLI, GOOD_WAIT + 1))
        .as("for a request that has waited long for its worker")
        .isFalse();
  }

  /// Requests of random users, Poisson.
  private static final class Encoders {

    private record Sent(int user, long atNanos) {}

    private record Ending(long atNanos, int user, long sentNanos) {}

    final BitSet made = new BitSet();
    final List<Long> waits = new ArrayList<>();
    long lastEarlierNanos;
    int earlier;

    private final EncoderRoom room = new EncoderRoom(true, GOOD_WAIT);
    private final BitSet making = new BitSet();
    private final Deque<Sent> queue = new ArrayDeque<>();
    private final PriorityQueue<Ending> running =
        new PriorityQueue<>((a, b) -> Long.compare(a.atNanos, b.atNanos));
    private final int servers;
    private final long costNanos;
    private final Random random;

    Encoders(int servers, long costNanos, long seed) {
      this.servers = servers;
      this.costNanos = costNanos;
      this.random = new Random(seed);
    }

    /// @param ends 1 for users whose embedding ends before each request, 0 for once
    void run(double perSecond, int ends, long nanos) {
      long next = 0;
      while (next < nanos) {
        while (!running.isEmpty() && running.peek().atNanos <= next) {
          Ending ending = running.remove();
          room.answered(ending.atNanos, ending.atNanos - ending.sentNanos);
          making.clear(ending.user);
          made.set(ending.user);
          takeUp(ending.atNanos);
        }
        int user = random.nextInt(USERS);
        if (ends == 1) {
          made.clear(user);
        }
        ask(user, next);
        next += (long) (-Math.log(1 - random.nextDouble()) * SECOND / perSecond);
      }
    }

    private void ask(int user, long now) {
      if (made.get(user) || making.get(user)) {
        return; // kept, or waits for another request's
      }
      if (!room.isLeft(now, 0)) {
        earlier++;
        lastEarlierNanos = now;
        return;
      }
      room.sent();
      making.set(user);
      queue.add(new Sent(user, now));
      takeUp(now);
    }

    private void takeUp(long now) {
      while (running.size() < servers && !queue.isEmpty()) {
        Sent sent = queue.remove();
        waits.add(now - sent.atNanos);
        room.waited(now, sent.atNanos, now - sent.atNanos);
        running.add(new Ending(now + costNanos, sent.user, sent.atNanos));
      }
    }
  }
}
