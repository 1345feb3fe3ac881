package dev.hstu.benchmarks.load;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Posts prepared bodies to one address, round-robin, from as many virtual threads as there are
/// connections.
///
/// In an open loop request `n` is due at `start + n / rate` whatever happened to those before it,
/// and its latency counts from then (so coordinated omission cannot flatter the server). In a
/// closed loop it is due when its connection is free, which finds the highest throughput.
public final class LoadTest {

  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final LoadSettings settings;
  private final List<byte[]> bodies;
  private final AtomicLong next = new AtomicLong();
  private final Histogram micros = new ConcurrentHistogram(HIGHEST_MICROS, 3);
  private final Map<String, Long> byOutcome = new ConcurrentHashMap<>();

  /// @param bodies JSON documents, shared and not copied, at least one
  public LoadTest(LoadSettings settings, List<byte[]> bodies) {
    if (bodies.isEmpty()) {
      throw new IllegalArgumentException("bodies is empty; a load test needs at least one request");
    }
    this.settings = settings;
    this.bodies = bodies;
  }

  /// Runs for the warm-up and the measured time and returns when the last request was answered.
  public LoadResult run() {
    long start = System.nanoTime();
    long measureFrom = start + settings.warmUp().toNanos();
    long end = measureFrom + settings.duration().toNanos();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService connections = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < settings.connections(); c++) {
        connections.execute(() -> connection(client, start, measureFrom, end));
      }
    }
    return LoadResult.of(micros, byOutcome, settings.duration().toNanos() / 1e9);
  }

  private void connection(HttpClient client, long start, long measureFrom, long end) {
    while (true) {
      long n = next.getAndIncrement();
      long due = dueNanos(n, start);
      if (due - end >= 0) {
        return;
      }
      waitUntil(due);
      String outcome = send(client, bodies.get((int) (n % bodies.size())));
      if (due - measureFrom >= 0) {
        byOutcome.merge(outcome, 1L, Long::sum);
        if (outcome.equals("200")) {
          long latency = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - due);
          micros.recordValue(Math.clamp(latency, 1, HIGHEST_MICROS));
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

  private String send(HttpClient client, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(settings.target())
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      return Integer.toString(response.statusCode());
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
