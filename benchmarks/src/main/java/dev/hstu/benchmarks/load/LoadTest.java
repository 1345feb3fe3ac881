package dev.hstu.benchmarks.load;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Posts prepared bodies to one address, round-robin, from one thread a connection. A connection
/// that fails is opened anew for the next request; the request is not sent again.
///
/// In an open loop request `n` is due at `start + n / rate` whatever happened to those before it,
/// and its latency counts from then (so coordinated omission cannot flatter the server). In a
/// closed loop it is due when its connection is free, which finds the highest throughput.
public final class LoadTest {

  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  /// Stands in an answer that the service made cheaper, and in no other.
  private static final byte[] CHEAPER = "\"quality\":".getBytes(StandardCharsets.US_ASCII);

  private final LoadSettings settings;
  private final List<byte[]> requests;
  private final AtomicLong next = new AtomicLong();
  private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
  private final Map<String, Long> byOutcome = new ConcurrentHashMap<>();
  private final LongAdder cheaper = new LongAdder();

  /// @param bodies JSON documents, shared and not copied, at least one
  public LoadTest(LoadSettings settings, List<byte[]> bodies) {
    if (bodies.isEmpty()) {
      throw new IllegalArgumentException("bodies is empty; a load test needs at least one request");
    }
    this.settings = settings;
    this.requests =
        bodies.stream()
            .map(body -> HttpConnection.request("POST", settings.target(), body))
            .toList();
  }

  /// Runs for the warm-up and the measured time and returns when the last request was answered.
  public LoadResult run() {
    long start = System.nanoTime();
    long measureFrom = start + settings.warmUp().toNanos();
    long end = measureFrom + settings.duration().toNanos();
    try (ExecutorService connections =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("load-", 0).factory())) {
      for (int c = 0; c < settings.connections(); c++) {
        connections.execute(() -> connection(start, measureFrom, end));
      }
    }
    return LoadResult.of(micros, byOutcome, cheaper.sum(), settings.duration().toNanos() / 1e9);
  }

  /// The body of one request's answer, over a connection of its own.
  ///
  /// @throws IOException also when its status isn't 200
  public static byte[] answer(String method, URI target, byte[] body) throws IOException {
    try (HttpConnection connection = new HttpConnection(target, REQUEST_TIMEOUT)) {
      int status = connection.exchange(HttpConnection.request(method, target, body));
      if (status != 200) {
        throw new IOException(
            "status %d: %s"
                .formatted(status, new String(connection.body(), StandardCharsets.UTF_8)));
      }
      return connection.body();
    }
  }

  private void connection(long start, long measureFrom, long end) {
    Line line = new Line();
    while (true) {
      long n = next.getAndIncrement();
      long due = dueNanos(n, start);
      if (due - end >= 0) {
        line.hangUp();
        return;
      }
      waitUntil(due);
      String outcome = line.send(requests.get((int) (n % requests.size())));
      if (due - measureFrom >= 0) {
        byOutcome.merge(outcome, 1L, Long::sum);
        if (outcome.equals("200")) {
          long latency = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due);
          micros.recordValue(Math.clamp(latency, 1, HIGHEST_MICROS));
          if (line.wasCheaper()) {
            cheaper.increment();
          }
        }
      }
    }
  }

  private long dueNanos(long n, long start) {
    return settings.requestsPerSecond() == 0
        ? System.nanoTime()
        : start + (long) (n * (1e9 / settings.requestsPerSecond()));
  }

  private static void waitUntil(long due) {
    long left = due - System.nanoTime();
    while (left > 0) {
      LockSupport.parkNanos(left);
      left = due - System.nanoTime();
    }
  }

  /// A connection that is opened when it is needed and not there.
  private final class Line {

    private @Nullable HttpConnection open;

    /// @return the answer's status, or the failure's name
    String send(byte[] request) {
      try {
        if (open == null) {
          open = new HttpConnection(settings.target(), REQUEST_TIMEOUT);
        }
        return Integer.toString(open.exchange(request));
      } catch (IOException e) {
        hangUp();
        return e.getClass().getSimpleName();
      }
    }

    /// Whether the last answer, one with 200, was made cheaper.
    boolean wasCheaper() {
      return open != null && open.bodyHas(CHEAPER);
    }

    void hangUp() {
      try {
        if (open != null) {
          open.close();
        }
      } catch (IOException _) {
        // It is given up either way.
      }
      open = null;
    }
  }
}
