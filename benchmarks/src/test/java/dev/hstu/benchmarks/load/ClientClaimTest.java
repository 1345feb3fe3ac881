package dev.hstu.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A client that is to go first goes first or says why it may not, and never waits in silence.
@EnabledOnOs(OS.LINUX)
final class ClientClaimTest {

  private static final String SCHED_OTHER = "0";
  private static final String SCHED_FIFO = "1";

  @Test
  void anOrdinaryClientStaysAsItIs() throws Exception {
    assertThat(policyAfter(ClientClaim.ORDINARY)).isEqualTo(SCHED_OTHER);
  }

  /// Whichever the system grants to who runs the tests; [ClientClaim#requireGranted] tells first.
  @Test
  void oneThatGoesFirstIsScheduledBeforeOthersOrRefused() throws Exception {
    Throwable refused = catchThrowable(ClientClaim.FIRST::requireGranted);
    if (refused == null) {
      assertThat(policyAfter(ClientClaim.FIRST)).isEqualTo(SCHED_FIFO);
    } else {
      assertThat(refused).isInstanceOf(IllegalStateException.class).hasMessageContaining("root");
    }
    assertThat(policy()).isEqualTo(SCHED_OTHER);
  }

  private static String policyAfter(ClientClaim claim) throws Exception {
    CompletableFuture<String> policy = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                claim.take();
                policy.complete(policy());
              } catch (IOException | RuntimeException e) {
                policy.completeExceptionally(e);
              }
            });
    return policy.get();
  }

  /// Of the calling thread: the 41st field of proc(5)'s stat.
  private static String policy() throws IOException {
    String stat = Files.readString(Path.of("/proc/thread-self/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[38];
  }
}
