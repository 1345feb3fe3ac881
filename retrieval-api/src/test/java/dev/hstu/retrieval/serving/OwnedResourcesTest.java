package dev.hstu.retrieval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Closing in reverse, whatever fails on the way.
class OwnedResourcesTest {

  private final List<String> closed = new ArrayList<>();
  private final OwnedResources resources = new OwnedResources();

  @Test
  void closesInReverseEvenIfOneFails() {
    own("first");
    ownFailing("second");
    own("third");

    assertThatThrownBy(resources::close)
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("second");
    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void aFailureToOpenIsNotHiddenByAFailureToClose() {
    own("first");
    ownFailing("second");
    IOException failure = new IOException("damaged");

    resources.closeAfter(failure);

    assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("second", "first");
  }

  private void own(String name) {
    AutoCloseable _ = resources.own(() -> closed.add(name));
  }

  private void ownFailing(String name) {
    AutoCloseable _ =
        resources.own(
            () -> {
              closed.add(name);
              throw new IOException(name);
            });
  }
}
