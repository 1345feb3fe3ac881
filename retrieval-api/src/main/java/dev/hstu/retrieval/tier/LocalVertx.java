package dev.hstu.retrieval.tier;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/// Vert.x as both ends use it: few threads, no files of its own, and names looked up by Java and
/// not by a resolver that opens sockets.
final class LocalVertx {

  private static final int EVENT_LOOPS = 2;

  private LocalVertx() {}

  /// The caller's to close.
  static Vertx open() {
    System.setProperty("vertx.disableDnsResolver", "true");
    return Vertx.vertx(
        new VertxOptions()
            .setEventLoopPoolSize(EVENT_LOOPS)
            .setWorkerPoolSize(1)
            .setInternalBlockingPoolSize(2)
            .setUseDaemonThread(true)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }
}
