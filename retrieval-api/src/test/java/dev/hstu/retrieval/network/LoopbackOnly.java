package dev.hstu.retrieval.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// Fails a test that reaches for anything beyond this machine, however it ends:
/// `@ExtendWith(LoopbackOnly.class)`. What runs in the test's own process is watched.
public final class LoopbackOnly implements BeforeEachCallback, AfterEachCallback {

  private static final Namespace NAMESPACE = Namespace.create(LoopbackOnly.class);

  @Override
  public void beforeEach(ExtensionContext context) {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/net")), "sockets can be listed on Linux only");
    context.getStore(NAMESPACE).put(NetworkWatch.class, NetworkWatch.begin());
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    NetworkWatch watch = context.getStore(NAMESPACE).remove(NetworkWatch.class, NetworkWatch.class);
    if (watch != null) {
      assertThat(watch.end()).as("network use beyond loopback").isEmpty();
    }
  }
}
