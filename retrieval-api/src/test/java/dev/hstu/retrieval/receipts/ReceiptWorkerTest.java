package dev.hstu.retrieval.receipts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hstu.retrieval.receipts.ReceiptWorker.Look;
import dev.hstu.retrieval.retrieve.Candidate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/// What receipts may take of the processors, when they yield, and which samples they keep.
class ReceiptWorkerTest {

  private static final int PROCESSORS = 4;
  private static final double SHARE = 0.03;
  private static final long SECOND = 1_000_000_000;

  private long nowNanos;
  private long cpuNanos;
  private boolean idle = true;
  private final Random random = new Random(11);
  private final SampleReservoir<Integer> samples = new SampleReservoir<>(8, random);
  private final List<Integer> seen = new ArrayList<>();

  @Test
  void overAnHourOfEndlessSamplesTheBudgetIsKept() {
    long longest = SECOND / 2;
    ReceiptWorker<Integer> worker =
        worker(
            sample -> {
              long cost = (long) (random.nextDouble() * longest);
              cpuNanos += cost;
              nowNanos += cost;
              return 1;
            });
    long end = 3_600 * SECOND;
    int done = 0;
    while (nowNanos < end) {
      samples.offer(0);
      if (worker.look() == Look.DONE) {
        done++;
      } else {
        nowNanos += SECOND / 50;
      }
      double allowed = SHARE * PROCESSORS * (nowNanos + SECOND) + longest;
      assertThat((double) cpuNanos).isLessThanOrEqualTo(allowed);
    }

    assertThat((double) cpuNanos / nowNanos / PROCESSORS).isBetween(0.029, 0.0301);
    assertThat(worker.spentNanos()).isEqualTo(cpuNanos);
    assertThat(done).isGreaterThan(1_000);
  }

  @Test
  void threadsBesideItAreChargedToo() {
    ReceiptWorker<Integer> worker =
        worker(
            sample -> {
              cpuNanos += SECOND / 100;
              return 3;
            });
    nowNanos = SECOND;
    samples.offer(1);

    assertThat(worker.look()).isEqualTo(Look.DONE);
    assertThat(worker.spentNanos()).isEqualTo(3 * SECOND / 100);
  }

  @Test
  void itYieldsToRequestsThatWait() {
    ReceiptWorker<Integer> worker =
        worker(
            sample -> {
              seen.add(sample);
              return 1;
            });
    nowNanos = SECOND;
    samples.offer(5);
    idle = false;

    assertThat(worker.look()).isEqualTo(Look.LOAD);
    assertThat(seen).isEmpty();
    idle = true;
    assertThat(worker.look()).isEqualTo(Look.DONE);
    assertThat(worker.look()).isEqualTo(Look.NOTHING_THERE);
    assertThat(seen).containsExactly(5);
  }

  @Test
  void whatIsKeptOfALoadIsAFairSampleOfIt() {
    int[] kept = new int[40];
    for (int round = 0; round < 4_000; round++) {
      for (int i = 0; i < kept.length; i++) {
        samples.offer(i);
        assertThat(samples.size()).isLessThanOrEqualTo(8);
      }
      Integer taken = samples.take();
      while (taken != null) {
        kept[taken]++;
        taken = samples.take();
      }
    }

    // Each is kept 800 times on average, give or take 25.
    assertThat(Arrays.stream(kept).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(680, 920));
  }

  @Test
  void whatWasSentIsReadBackAndEqualScoresAreAsGood() {
    SentCandidates sent =
        SentCandidates.of(
            "[{\"itemId\":\"a\",\"score\":0.9},{\"itemId\":\"z\",\"score\":0.5},{\"score\":0.25,\"itemId\":\"c\"}]"
                .getBytes(StandardCharsets.UTF_8));

    assertThat(sent.candidates())
        .containsExactly(
            new Candidate("a", 0.9f), new Candidate("z", 0.5f), new Candidate("c", 0.25f));
    assertThat(
            sent.recall(
                List.of(
                    new Candidate("a", 0.9f), new Candidate("b", 0.8f), new Candidate("y", 0.5f))))
        .isEqualTo(2 / 3.0);
    assertThat(sent.recall(List.of(new Candidate("a", 0.9f)))).isEqualTo(1);
    assertThat(SentCandidates.of("[]".getBytes(StandardCharsets.UTF_8)).candidates()).isEmpty();
  }

  @Test
  void selectivitiesAreDecades() {
    assertThat(Selectivity.of(false, 1)).isEqualTo(Selectivity.UNFILTERED);
    assertThat(Selectivity.of(true, 1)).isEqualTo(Selectivity.TENTH);
    assertThat(Selectivity.of(true, 0.099)).isEqualTo(Selectivity.HUNDREDTH);
    assertThat(Selectivity.of(true, 0.001)).isEqualTo(Selectivity.THOUSANDTH);
    assertThat(Selectivity.of(true, 0)).isEqualTo(Selectivity.NARROWER);
  }

  private ReceiptWorker<Integer> worker(ToLongFunction<Integer> work) {
    return new ReceiptWorker<>(
        samples,
        () -> idle,
        new CpuBudget(SHARE, PROCESSORS, () -> nowNanos),
        () -> cpuNanos,
        work);
  }
}
