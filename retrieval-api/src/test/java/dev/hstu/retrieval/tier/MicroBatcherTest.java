package dev.hstu.retrieval.tier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.sequence.HistoryBatch;
import dev.hstu.retrieval.retrieve.EncoderBusyException;
import dev.hstu.retrieval.retrieve.EncoderUnavailableException;
import dev.hstu.retrieval.serving.Eventually;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Requests share calls, get the bits they would have got alone, fail alone, and are refused
/// without work where their deadline can't be made.
class MicroBatcherTest {

  private static final long NO_WAIT = 0;
  private static final long LONG_WAIT = TimeUnit.SECONDS.toNanos(60);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GatedEncoder encoder = new GatedEncoder();
  private final List<MicroBatcher> opened = new ArrayList<>();

  @AfterEach
  void close() {
    encoder.open();
    opened.forEach(MicroBatcher::close);
  }

  @Test
  void whatArrivesDuringACallSharesTheNextOneUpToItsMost() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(NO_WAIT, 4, 100, 1));
    encoder.shut();
    CompletableFuture<float[]> first = batcher.embed(Histories.of(1, 1), inAMinute());
    encoder.awaitCall(1);

    List<CompletableFuture<float[]>> others = new ArrayList<>();
    for (int seed = 2; seed <= 7; seed++) {
      others.add(batcher.embed(Histories.of(seed, 1), inAMinute()));
    }
    assertThat(batcher.queuedUsers()).isEqualTo(6);
    encoder.open();

    assertThat(first.get()).isEqualTo(Histories.alone(Histories.of(1, 1)));
    for (int i = 0; i < others.size(); i++) {
      assertThat(others.get(i).get()).isEqualTo(Histories.alone(Histories.of(i + 2, 1)));
    }
    assertThat(encoder.usersOfCalls()).containsExactly(1, 4, 2);
    assertThat(registry.get("hstu.encoder.batch.users").summary().count()).isEqualTo(3);
    assertThat(registry.get("hstu.encoder.batch.queued.users").gauge().value()).isZero();
  }

  @Test
  void aFullBatchDoesNotWait() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(LONG_WAIT, 3, 100, 1));

    CompletableFuture<float[]> one = batcher.embed(Histories.of(1, 1), inAMinute());
    CompletableFuture<float[]> two = batcher.embed(Histories.of(2, 2), inAMinute());

    assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(Histories.alone(Histories.of(1, 1)));
    assertThat(two.get(30, TimeUnit.SECONDS)).isEqualTo(Histories.alone(Histories.of(2, 2)));
    assertThat(encoder.usersOfCalls()).containsExactly(3);
  }

  @Test
  void aNearDeadlineEndsTheWait() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(LONG_WAIT, 100, 100, 1));

    CompletableFuture<float[]> patient = batcher.embed(Histories.of(1, 1), inAMinute());
    CompletableFuture<float[]> hurried =
        batcher.embed(Histories.of(2, 1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));

    assertThat(patient.get(30, TimeUnit.SECONDS)).isNotNull();
    // In time or, where the machine is busy, too late.
    assertThat(hurried.handle((_, _) -> true).get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void bitsAreThoseOfEachAloneWhateverSharesTheCall() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(TimeUnit.MILLISECONDS.toNanos(1), 16, 1000, 2));
    Random random = new Random(5);
    List<HistoryBatch> asked = new ArrayList<>();
    List<CompletableFuture<float[]>> got = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      asked.add(Histories.of(random.nextLong(), 1 + random.nextInt(i % 10 == 0 ? 20 : 3)));
      got.add(batcher.embed(asked.getLast(), inAMinute()));
    }
    for (int i = 0; i < asked.size(); i++) {
      assertThat(got.get(i).get()).as("request %d", i).isEqualTo(Histories.alone(asked.get(i)));
    }
    assertThat(encoder.usersOfCalls()).hasSizeLessThan(asked.size()).anyMatch(users -> users > 1);
  }

  @Test
  void aFailingHistoryFailsAlone() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(LONG_WAIT, 3, 100, 1));
    HistoryBatch bad = Histories.unknownItem();

    CompletableFuture<float[]> good = batcher.embed(Histories.of(1, 1), inAMinute());
    CompletableFuture<float[]> failing = batcher.embed(bad, inAMinute());
    CompletableFuture<float[]> alsoGood = batcher.embed(Histories.of(2, 1), inAMinute());

    assertThat(good.get()).isEqualTo(Histories.alone(Histories.of(1, 1)));
    assertThat(alsoGood.get()).isEqualTo(Histories.alone(Histories.of(2, 1)));
    assertThatThrownBy(failing::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("item row");
    assertThat(registry.get("hstu.encoder.batch.alone").counter().count()).isEqualTo(3);
  }

  @Test
  void whatCannotMakeItsDeadlineIsRefusedWithoutWork() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(NO_WAIT, 4, 100, 1));
    encoder.shut();
    CompletableFuture<float[]> slow = batcher.embed(Histories.of(1, 1), inAMinute());
    encoder.awaitCall(1);
    CompletableFuture<float[]> expires =
        batcher.embed(Histories.of(2, 1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));
    CompletableFuture<float[]> waits = batcher.embed(Histories.of(3, 1), inAMinute());
    long before = System.nanoTime();
    Eventually.see(
        () -> System.nanoTime() - before, waited -> waited > TimeUnit.MILLISECONDS.toNanos(40));
    encoder.open();

    assertThat(slow.get()).isNotNull();
    assertThat(waits.get()).isNotNull();
    assertThatThrownBy(expires::get).hasCauseInstanceOf(TimeoutException.class);
    assertThat(encoder.usersOfCalls()).as("the late one was not encoded").containsExactly(1, 1);

    // The slow call is known now, so less time than that is not even queued ...
    CompletableFuture<float[]> hopeless =
        batcher.embed(Histories.of(4, 1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(hopeless).isCompletedExceptionally();
    assertThat(registry.get("hstu.encoder.batch.late").counter().count()).isEqualTo(2);
    // ... but not for ever: one slow call is no reason to refuse all later ones.
    Eventually.see(
        () ->
            batcher.embed(
                Histories.of(5, 1), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(25)),
        later -> !later.isCompletedExceptionally());
  }

  @Test
  void theQueueIsBounded() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(NO_WAIT, 4, 3, 1));
    encoder.shut();
    CompletableFuture<float[]> computed = batcher.embed(Histories.of(1, 1), inAMinute());
    encoder.awaitCall(1);
    CompletableFuture<float[]> large = batcher.embed(Histories.of(2, 9), inAMinute());

    CompletableFuture<float[]> tooMany = batcher.embed(Histories.of(3, 1), inAMinute());

    assertThatThrownBy(tooMany::get)
        .hasCauseInstanceOf(EncoderBusyException.class)
        .hasMessageContaining("9 users wait for the encoder and 3 may");
    encoder.open();
    assertThat(computed.get()).isNotNull();
    assertThat(large.get()).as("found an empty queue").hasSize(9 * Histories.DIMENSION);
  }

  @Test
  void itTellsHowLongRequestsWaitedAndOfThoseItRefuses() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(NO_WAIT, 4, 3, 1));
    ToldWaits waits = new ToldWaits();
    encoder.shut();
    CompletableFuture<float[]> first = batcher.embed(Histories.of(1, 2), inAMinute(), waits);
    encoder.awaitCall(1);
    long before = System.nanoTime();
    CompletableFuture<float[]> second = batcher.embed(Histories.of(2, 3), inAMinute(), waits);
    long sent = System.nanoTime();
    CompletableFuture<float[]> tooMany = batcher.embed(Histories.of(3, 1), inAMinute(), waits);
    assertThat(tooMany).isCompletedExceptionally();
    long opened = System.nanoTime();
    encoder.open();
    first.get();
    second.get();

    assertThat(waits.refused).hasValue(1);
    assertThat(waits.told).hasSize(2);
    assertThat(waits.told.getFirst().users()).isEqualTo(2);
    ToldWaits.Wait waited = waits.told.getLast();
    assertThat(waited.users()).isEqualTo(3);
    assertThat(waited.sentNanos() - before).isBetween(0L, sent - before);
    assertThat(waited.waitNanos()).isGreaterThanOrEqualTo(opened - sent);
  }

  @Test
  void theWaitForOthersIsNoneThatIsTold() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(LONG_WAIT, 2, 100, 1));
    ToldWaits waits = new ToldWaits();
    CompletableFuture<float[]> one = batcher.embed(Histories.of(1, 1), inAMinute(), waits);
    batcher.embed(Histories.of(2, 1), inAMinute(), waits).get();
    one.get();

    assertThat(waits.told).hasSize(2).allMatch(told -> told.waitNanos() == 0);
  }

  @Test
  void theCloseAnswersWhatWasTakenAndTakesNothingMore() throws Exception {
    MicroBatcher batcher = batcher(new BatchLimits(LONG_WAIT, 100, 100, 2));
    CompletableFuture<float[]> taken = batcher.embed(Histories.of(1, 1), inAMinute());

    batcher.close();

    assertThat(taken).isCompletedWithValueMatching(v -> v.length == Histories.DIMENSION);
    assertThatThrownBy(() -> batcher.embed(Histories.of(2, 1), inAMinute()).get())
        .hasCauseInstanceOf(EncoderUnavailableException.class);
  }

  private MicroBatcher batcher(BatchLimits limits) {
    UserEncoder gated = encoder;
    MicroBatcher batcher = new MicroBatcher(gated, limits, new BatchMeters(registry));
    opened.add(batcher);
    return batcher;
  }

  private static long inAMinute() {
    return System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
  }
}
