package dev.hstu.benchmarks.load;

import dev.hstu.kernels.cpu.RealTimeClaim;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The claim that a client's threads have on processors which they share with what they measure.
///
/// A request is due at an instant and answered at another, and on a machine of its own the client
/// is there at both. Where it shares the server's processors it waits for one each time, up to the
/// whole of somebody's turn of some milliseconds, and that wait is no part of the server's latency.
/// What the client's work takes from the server is taken either way.
public enum ClientClaim {
  /// As any other thread.
  ORDINARY,
  /// Before all of them ([RealTimeClaim]).
  FIRST;

  /// Takes it for the calling thread, for the rest of its life.
  ///
  /// @throws IllegalStateException when the system refuses, with the mend
  void take() {
    if (this == FIRST && !RealTimeClaim.take()) {
      throw new IllegalStateException(
          "the client may not go first (sched_setscheduler was refused); run as root or with"
              + " CAP_SYS_NICE on Linux, or let it wait as others do");
    }
  }

  /// Tries it on a thread that ends.
  ///
  /// @throws IllegalStateException as [#take]
  void requireGranted() {
    try {
      CompletableFuture.runAsync(this::take, work -> Thread.ofPlatform().start(work)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IllegalStateException refused ? refused : e;
    }
  }
}
