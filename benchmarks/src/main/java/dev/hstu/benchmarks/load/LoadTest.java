package dev.hstu.benchmarks.load;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Posts prepared bodies to one address, round-robin, from one thread a connection. A connection
/// that fails is opened anew for the next request; the request is not sent again.
///
/// In an open loop request `n` is due at `start + n / rate` whatever happened to those before it,
/// and its latency counts from then (so coordinated omission cannot flatter the server). In a
/// closed loop it is due when its connection is free, which finds the highest throughput.
public final class LoadTest {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  /// Stands in an answer that the service made cheaper, and in no other.
  private static final byte[] CHEAPER = "\"quality\":".getBytes(StandardCharsets.US_ASCII);

  /// Stands before what of an answer was kept.
  private static final byte[] CACHE = "\"cache\":\"".getBytes(StandardCharsets.US_ASCII);

  private static final String NONE = "none";

  private final LoadSettings settings;
  private final List<byte[]> requests;
  private final AtomicLong next = new AtomicLong();
  private final long first;
  private final List<Latencies> latencies = new ArrayList<>();
  private final Map<String, Long> byOutcome = new ConcurrentHashMap<>();
  private final LongAdder cheaper = new LongAdder();

  /// @param bodies JSON documents, shared and not copied, at least one
  public LoadTest(LoadSettings settings, List<byte[]> bodies) {
    this(settings, bodies, 0);
  }

  /// As above, from another place on.
  ///
  /// @param first number of the request sent first, which goes round the bodies
  public LoadTest(LoadSettings settings, List<byte[]> bodies, long first) {
    this.first = first;
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
  ///
  /// @throws IllegalStateException when the system refuses the client's claim; nothing was sent
  public LoadResult run() {
    settings.claim().requireGranted();
    long start = System.nanoTime();
    long measureFrom = start + settings.warmUp().toNanos();
    long end = measureFrom + settings.duration().toNanos();
    try (ExecutorService connections =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("load-", 0).factory())) {
      for (int c = 0; c < settings.connections(); c++) {
        Latencies seen = new Latencies();
        latencies.add(seen);
        connections.execute(() -> connection(start, measureFrom, end, seen));
      }
    }
    return LoadResult.of(latencies, byOutcome, cheaper.sum(), settings.duration().toNanos() / 1e9);
  }

  /// The number of the request that would come next, after [#run]. Each connection drew one more
  /// than it sent.
  public long next() {
    return first + next.get() - settings.connections();
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

  private void connection(long start, long measureFrom, long end, Latencies seen) {
    settings.claim().take();
    Line line = new Line();
    while (true) {
      long n = next.getAndIncrement();
      long due = dueNanos(n, start);
      if (due - end >= 0) {
        line.hangUp();
        return;
      }
      waitUntil(due);
      String outcome = line.send(requests.get((int) ((first + n) % requests.size())));
      if (due - measureFrom >= 0) {
        long answered = System.nanoTime();
        byOutcome.merge(outcome, 1L, Long::sum);
        if (outcome.equals("200")) {
          seen.add(due - measureFrom, answered - due, line.cache());
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

    /// What the last answer, one with 200, says was kept of it.
    String cache() {
      return open == null ? NONE : open.bodyValue(CACHE, NONE);
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
