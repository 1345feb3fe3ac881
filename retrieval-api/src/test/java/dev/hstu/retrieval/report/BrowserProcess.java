package dev.hstu.retrieval.report;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The end of a browser: of all its processes, which write into its profile until they are gone.
final class BrowserProcess {

  private static final int LOOK_EVERY_MILLIS = 50;

  private BrowserProcess() {}

  /// Waits until a browser has ended and kills what is left of it; returns when nothing is.
  ///
  /// @param ask makes it end, or nothing where it does so by itself
  /// @return whether it ended in time
  static boolean awaitEnd(Process browser, int patienceSeconds, Runnable ask)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
    Set<ProcessHandle> helpers = new HashSet<>();
    boolean ended = false;
    try {
      browser.descendants().forEach(helpers::add);
      ask.run();
      while (!ended && System.nanoTime() < end) {
        browser.descendants().forEach(helpers::add);
        ended = browser.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      }
    } finally {
      browser.destroyForcibly().waitFor();
      helpers.forEach(ProcessHandle::destroyForcibly);
      helpers.forEach(helper -> helper.onExit().join());
    }
    return ended;
  }
}
