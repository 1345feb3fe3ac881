package dev.hstu.retrieval.receipts;

import dev.hstu.index.filter.NamedSets;
import dev.hstu.retrieval.admission.QualityStep;
import dev.hstu.retrieval.config.ReceiptSettings;
import dev.hstu.retrieval.config.ServiceConfiguration;
import dev.hstu.retrieval.retrieve.RetrievalOutcome;
import dev.hstu.retrieval.retrieve.RetrievalQuery;
import dev.hstu.retrieval.serving.GenerationSwitch;
import dev.hstu.retrieval.serving.LiveGeneration;
import dev.hstu.retrieval.serving.RetrievalWorkers;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures recall on live queries. For any number of threads.
@Singleton
public final class RecallReceipts {

  private static final Logger LOG = LoggerFactory.getLogger(RecallReceipts.class);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final ReceiptSettings settings;
  private final int parallelShards;
  private final SampleReservoir<ServedSample> samples;
  private final ReceiptWorker<ServedSample> worker;
  private final ExactReplay replay;
  private final RecallLedger ledger;
  private final RecallMetrics metrics;
  private final Map<SampleOutcome, LongAdder> outcomes = new EnumMap<>(SampleOutcome.class);

  public RecallReceipts(
      ServiceConfiguration configuration,
      GenerationSwitch generations,
      NamedSets sets,
      RetrievalWorkers workers,
      MeterRegistry registry) {
    settings = configuration.receipts();
    parallelShards = configuration.generations().parallelShards();
    samples = new SampleReservoir<>(settings.maxWaiting(), RandomGenerator.of("L64X128MixRandom"));
    replay = new ExactReplay(generations, sets);
    ledger = new RecallLedger(settings.tolerance());
    for (SampleOutcome outcome : SampleOutcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
    worker =
        new ReceiptWorker<>(
            samples,
            () -> workers.queued() == 0,
            new CpuBudget(
                settings.cpuShare(), Runtime.getRuntime().availableProcessors(), System::nanoTime),
            THREADS.isCurrentThreadCpuTimeSupported()
                ? THREADS::getCurrentThreadCpuTime
                : System::nanoTime,
            this::look);
    metrics = new RecallMetrics(registry, ledger, outcomes, worker::spentNanos);
  }

  /// Puts one answer in so many aside. Costs the others a random number.
  ///
  /// @param generation that answered, held by the caller
  public void offer(
      LiveGeneration generation, RetrievalQuery query, RetrievalOutcome.Answered answered) {
    if (ThreadLocalRandom.current().nextDouble() < settings.share()) {
      put(generation, query, answered);
    }
  }

  private void put(
      LiveGeneration generation, RetrievalQuery query, RetrievalOutcome.Answered answered) {
    float[] embedding = answered.embedding();
    if (embedding == null || answered.quality().step() != QualityStep.FULL) {
      // Popular items approximate nothing; what a cheaper step loses is declared, and no decay.
      return;
    }
    if (!samples.offer(new ServedSample(generation, query, embedding, answered))) {
      count(SampleOutcome.DROPPED);
    }
    worker.start();
  }

  /// Forgets the answers of a user that wait. One that is being looked at leaves a number behind
  /// and nothing of the user.
  ///
  /// @return how many they were
  public int forget(String userId) {
    int forgotten = samples.dropIf(sample -> userId.equals(sample.query().userId()));
    for (int i = 0; i < forgotten; i++) {
      count(SampleOutcome.DROPPED);
    }
    return forgotten;
  }

  /// What is known so far.
  public RecallReport report() {
    Map<SampleOutcome, Long> counts = new EnumMap<>(SampleOutcome.class);
    outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
    return new RecallReport(
        settings.share(),
        counts,
        samples.size(),
        (double) worker.spentNanos() / TimeUnit.SECONDS.toNanos(1),
        ledger.report());
  }

  /// Looks at nothing more.
  @PreDestroy
  void close() {
    worker.close();
  }

  /// @return threads that may have worked at it
  private long look(ServedSample sample) {
    try {
      switch (replay.replay(sample)) {
        case ExactReplay.Result.Measured(Receipt receipt) -> {
          boolean isNew =
              ledger.add(receipt, _ -> BuildRecall.of(sample.generation().manifest().evaluation()));
          if (isNew) {
            metrics.show();
          }
          count(SampleOutcome.MEASURED);
        }
        case ExactReplay.Result.Discarded(SampleOutcome why) -> count(why);
      }
    } catch (RuntimeException e) {
      LOG.warn("an answer could not be answered again exactly", e);
      count(SampleOutcome.FAILED);
    }
    return Math.min(parallelShards, sample.generation().manifest().shards().size());
  }

  private void count(SampleOutcome outcome) {
    outcomes.get(outcome).increment();
  }
}
