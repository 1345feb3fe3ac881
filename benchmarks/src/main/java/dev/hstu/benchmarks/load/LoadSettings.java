package dev.hstu.benchmarks.load;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;

/// How much load, on what, for how long. Loopback only: this tool is for one's own machine.
///
/// @param target where requests are posted
/// @param requestsPerSecond the open-loop rate; 0 for a closed loop, in which each connection sends
/// as soon as it was answered
/// @param connections requests in flight at most, 1..[#MAX_CONNECTIONS]
/// @param warmUp not measured
/// @param duration measured, at most [#MAX_DURATION]
/// @param claim of the client on processors that it shares with the server
public record LoadSettings(
    URI target,
    int requestsPerSecond,
    int connections,
    Duration warmUp,
    Duration duration,
    ClientClaim claim) {

  /// More would measure the client's scheduler.
  public static final int MAX_CONNECTIONS = 1_024;

  /// The client schedules each request by itself; beyond this it cannot keep time.
  public static final int MAX_RATE = 100_000;

  public static final Duration MAX_DURATION = Duration.ofHours(1);

  /// Of a client that waits for a processor as any other.
  public LoadSettings(
      URI target, int requestsPerSecond, int connections, Duration warmUp, Duration duration) {
    this(target, requestsPerSecond, connections, warmUp, duration, ClientClaim.ORDINARY);
  }

  public LoadSettings {
    if (!isLoopback(target)) {
      throw new IllegalArgumentException(
          "target %s is not on this machine; load tests go to loopback only".formatted(target));
    }
    if (requestsPerSecond < 0 || requestsPerSecond > MAX_RATE) {
      throw new IllegalArgumentException(
          "rate=%d must be within 0..%d; 0 is a closed loop"
              .formatted(requestsPerSecond, MAX_RATE));
    }
    if (connections < 1 || connections > MAX_CONNECTIONS) {
      throw new IllegalArgumentException(
          "connections=%d must be within 1..%d".formatted(connections, MAX_CONNECTIONS));
    }
    if (warmUp.isNegative() || duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(
          "warm-up %s and duration %s must not be negative, and the duration above 0"
              .formatted(warmUp, duration));
    }
    if (duration.plus(warmUp).compareTo(MAX_DURATION) > 0) {
      throw new IllegalArgumentException(
          "warm-up and duration are %s in all; at most %s"
              .formatted(duration.plus(warmUp), MAX_DURATION));
    }
  }

  private static boolean isLoopback(URI target) {
    try {
      return target.getHost() != null
          && InetAddress.getByName(target.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
