package dev.hstu.retrieval.tier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What `/metrics` says about shared encoder calls, of all models of a process together.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_encoder_batch_users` | summary | users of a call |
/// | `hstu_encoder_batch_seconds` | summary | duration of a call |
/// | `hstu_encoder_batch_queued_users` | gauge | users waiting |
/// | `hstu_encoder_batch_late_total` | counter | requests refused, their deadline too near |
/// | `hstu_encoder_batch_alone_total` | counter | requests encoded alone after a failed call |
public final class BatchMeters {

  private final DistributionSummary users;
  private final Timer seconds;
  private final Counter late;
  private final Counter alone;
  private final AtomicInteger queued = new AtomicInteger();

  public BatchMeters(MeterRegistry registry) {
    users =
        DistributionSummary.builder("hstu.encoder.batch.users")
            .description("Users of one encoder call")
            .register(registry);
    seconds =
        Timer.builder("hstu.encoder.batch")
            .description("Duration of one encoder call")
            .register(registry);
    late =
        Counter.builder("hstu.encoder.batch.late")
            .description("Requests refused because their deadline was too near")
            .register(registry);
    alone =
        Counter.builder("hstu.encoder.batch.alone")
            .description("Requests encoded again alone after a failed call")
            .register(registry);
    Gauge.builder("hstu.encoder.batch.queued.users", queued, AtomicInteger::get)
        .description("Users waiting for an encoder call")
        .register(registry);
  }

  void called(int batchUsers, long nanos) {
    users.record(batchUsers);
    seconds.record(nanos, TimeUnit.NANOSECONDS);
  }

  void refusedLate() {
    late.increment();
  }

  void retriedAlone() {
    alone.increment();
  }

  void queued(int usersMore) {
    queued.addAndGet(usersMore);
  }
}
